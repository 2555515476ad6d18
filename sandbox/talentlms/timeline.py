"""The timeline: every change leaves an event of the API document's Appendix B."""

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Course, Event, Group, Unit, User

Thing = Branch | Course | Group | Unit | User

ABOUT = {Branch: "branch_id", Course: "course_id", Group: "group_id", Unit: "unit_id", User: "user_id"}


def note(portal: Portal, action: str, message: str, user: User, *things: Thing) -> None:
    """Write an event down.

    Args:
        portal: where it happened.
        action: the event type.
        message: the sentence that a person reads.
        user: whom it concerns, or who did it.
        things: what else it concerns; the first is the event's object.
    """
    state = portal.state
    number = state.next_id("events")
    state.events[number] = Event(
        id=number,
        action=action,
        message=message,
        time=portal.clock.seconds(),
        user_id=user.id,
        user_login=user.login,
        user_email=user.email,
        user_name=user.short_name,
        object_id=str(things[0].id) if things else "",
        object_name=name_of(things[0]) if things else "",
        about={ABOUT[type(thing)]: thing.id for thing in (user, *reversed(things))},
    )


def name_of(thing: Thing) -> str:
    """Return the name of a user or of a thing."""
    return thing.short_name if isinstance(thing, User) else thing.name
