"""The domain itself: figures, limits, timeline (API document, "Domain details" and following)."""

from typing import Any

from sandbox.talentlms.arguments import Arguments
from sandbox.talentlms.errors import InvalidArguments
from sandbox.talentlms.operation import Operation
from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Event
from sandbox.talentlms.replies import formats
from sandbox.talentlms.timeline_events import EVENT_TYPES

LATEST = 200
MONTH = 30 * 86_400


def information(portal: Portal, _given: Arguments) -> Any:
    """Answer the figures and settings of the domain."""
    state = portal.state
    return {
        "total_users": str(sum(not user.archived for user in state.users.values())),
        "total_courses": str(len(state.courses)),
        "total_categories": str(len(state.categories)),
        "total_groups": str(len(state.groups)),
        "total_branches": str(len(state.branches)),
        "monthly_active_users": str(_active_users(portal)),
        "signup_method": "direct",
        "signup_type": "direct",
        "verification": "",
        "paypal_email": "payments@portal.example",
        "domain_map": "",
        "date_format": portal.quirks.date_format,
        "limits": {"maximum_brances": -1},
    }


def _active_users(portal: Portal) -> int:
    since = portal.clock.seconds() - MONTH
    entries = portal.state.events.values()
    return len({one.user_id for one in entries if one.action == "user_login_user" and one.time >= since})


def rate_limit(portal: Portal, _given: Arguments) -> Any:
    """Answer what is left of the hour's calls; asking costs none."""
    now = portal.clock.now()
    resets_at = portal.limits.resets_at(now)
    return {
        "limit": str(portal.limits.limit),
        "remaining": str(portal.limits.remaining(now)),
        "reset": str(resets_at),
        "formatted_reset": formats.minute(portal, resets_at),
    }


def timeline(portal: Portal, given: Arguments) -> Any:
    """List the latest events of a type, newest first; of one thing if it is named."""
    action = given.choice("event_type", EVENT_TYPES)
    about = {name: given.number(name) for name in ABOUT if name in given}
    if len(about) > 1:
        raise InvalidArguments
    hits = (one for one in reversed(portal.state.events.values()) if one.action == action)
    entries = [one for one in hits if about.items() <= one.about.items()]
    return [_entry(portal, event) for event in entries[:LATEST]]


def _entry(portal: Portal, event: Event) -> dict[str, str]:
    return {
        "action": event.action,
        "message": event.message,
        "timestamp": formats.time(portal, event.time),
        "unix_timestamp": str(event.time),
        "user_id": str(event.user_id),
        "user_username": event.user_login,
        "user_email": event.user_email,
        "user_fullname": event.user_name,
        "object_id": event.object_id,
        "object_name": event.object_name,
        "event_counter": "1",
    }


ABOUT = ("user_id", "course_id", "branch_id", "group_id", "unit_id")

OPERATIONS = (
    Operation("siteinfo", information),
    Operation("ratelimit", rate_limit, free=True),
    Operation("gettimeline", timeline, required=("event_type",), optional=ABOUT),
)
