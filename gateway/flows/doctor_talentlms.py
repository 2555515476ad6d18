"""The doctor's check of TalentLMS: address, key, quota, plan, links, clock, and whatever settings name there.

It spends one call that counts, ``siteinfo``, and one for each kind of thing that is named; ``ratelimit`` is free.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from gateway.config import TalentLMSSettings
from gateway.errors import (
    Forbidden,
    Misunderstood,
    NotFound,
    Queued,
    StoreUnavailable,
    TalentLMSError,
    Throttled,
    Unauthorized,
)
from gateway.flows.doctor import Row
from gateway.flows.doctor_clock import clock_row
from gateway.flows.named_targets import NamedTarget, NamedTargets
from gateway.flows.reaching import remedy_of, remedy_of_path
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.clock import ClockedTransport
from gateway.talentlms.endpoint import Transport
from schemas.site import RateLimit, SiteInfo

URL, KEY, QUOTA, LINKS = "TALENTLMS_URL", "TALENTLMS_API_KEY", "TALENTLMS_CALLS_PER_HOUR", "TALENTLMS_LINK_HOSTS"
FILE = "GATEWAY_CONFIG"
START_SECONDS = 600
"""For how long after a start others spend no call: a process that ends again and again would spend the whole hour."""
SCARCE = 0.1
"""Of an hour's calls, what counts as nearly nothing."""


class TalentLMSCheck:
    """Asks TalentLMS.

    Args:
        settings: its settings.
        transport: the way to it.
        named: what the settings name there.
        may_spend: whether calls that count may be spent on it now; without them the key, the quota and the clock are
            looked at all the same.
    """

    def __init__(
        self,
        settings: TalentLMSSettings,
        transport: Transport,
        named: Sequence[NamedTarget],
        may_spend: Callable[[], bool],
    ) -> None:
        self._may_spend = may_spend
        self._settings = settings
        self._transport = ClockedTransport(transport)
        self._lms = TalentLMS(self._transport)
        self._named = named

    def __call__(self) -> Iterator[Row]:
        """Walk what is found."""
        try:
            limits = self._lms.site.rate_limit()
            info = self._lms.site.info() if self._may_spend() else None
        except (TalentLMSError, Queued, StoreUnavailable) as error:
            yield _refused(error, remedy_of_path(self._settings.api_key, KEY))
            return
        yield Row("talentlms: key", KEY, "ok", f"{self._settings.url} accepts it")
        yield self._quota(limits)
        yield clock_row("talentlms: clock", URL, "TalentLMS", self._transport.ahead)
        if info is None:
            yield Row("talentlms: plan", URL, "unknown", "another start has asked a moment ago, at the cost of calls")
            return
        yield Row("talentlms: plan", URL, "ok", _plan(info))
        yield self._links(info)
        yield from self._compared()

    def _quota(self, limits: RateLimit) -> Row:
        told, ours = partial(Row, "talentlms: quota", QUOTA), self._settings.calls_per_hour
        left = f"{limits.remaining} of {limits.limit} calls are left of this hour"
        if limits.remaining <= limits.limit * SCARCE:
            until = f", until {limits.reset:%H:%M} UTC" if limits.reset else ""
            return told(
                "warning", left + until, "See what else spends calls by this key; docs/budget.md says how to save."
            )
        if ours > limits.limit:
            finding = f"{left}; {ours} are set, and the lower number holds"
            return told("warning", finding, f"Set it to {limits.limit}, as the plan grants, or to less.")
        return told("ok", left)

    def _compared(self) -> Iterator[Row]:
        told = partial(Row, "talentlms: named")
        found = NamedTargets(self._lms).compared(self._named)
        for fault in found.unknown:
            finding, _, remedy = fault.says.rpartition("; ")
            yield told(fault.name, "fault", finding, f"{remedy[:1].upper()}{remedy[1:]}")
        for why in found.unasked:
            yield told(FILE, "unknown", why)
        number = sum(one.kind != "user_type" for one in self._named)
        if number and not found.unknown and not found.unasked:
            yield told(FILE, "ok", f"all {number} that the settings name are there")

    def _links(self, info: SiteInfo) -> Row:
        told = partial(Row, "talentlms: links", LINKS)
        mapped = info.domain_map.removeprefix("https://").rstrip("/").lower()
        if mapped and mapped not in self._settings.link_hosts:
            finding = f"the domain is mapped to {mapped}, and links that lead there are refused"
            return told("warning", finding, f"If {mapped} is yours, add it.")
        return told("ok", f"may lead to {', '.join(sorted(self._settings.link_hosts))}")


def _plan(info: SiteInfo) -> str:
    branches = "any number of" if info.maximum_branches is None else str(info.maximum_branches)
    active = "" if info.monthly_active_users is None else f", {info.monthly_active_users} active this month"
    return (
        f"{info.total_users} users{active}; {info.total_courses} courses, {info.total_groups} groups, "
        f"{info.total_branches} of {branches} branches"
    )


def _refused(error: TalentLMSError | Queued | StoreUnavailable, of_the_key: str) -> Row:
    if isinstance(error, StoreUnavailable):
        return Row("talentlms", URL, "unknown", "without Redis nobody may call TalentLMS: see there")
    if isinstance(error, Queued | Throttled):
        return Row(
            "talentlms", QUOTA, "unknown", f"no call was left for this: {error.note or error.code}", "Ask again."
        )
    if isinstance(error, Unauthorized):
        return _unauthorized(error, of_the_key)
    if isinstance(error, Forbidden):
        remedy = "Switch the API on in TalentLMS: Account & settings, Security. Not every plan has it."
        return Row("talentlms", KEY, "fault", f"TalentLMS forbids it: {error.note}", remedy)
    if isinstance(error, Misunderstood | NotFound):
        remedy = f"Check {URL}: write the address at which administrators sign in to TalentLMS, without a path."
        return Row("talentlms", URL, "fault", f"what answers there is no API of TalentLMS: {error.note}", remedy)
    remedy = remedy_of(error.note, URL) or "See whether TalentLMS works."
    return Row("talentlms", URL, "fault", error.note or error.code, remedy)


def _unauthorized(error: Unauthorized, of_the_key: str) -> Row:
    if "without an error message" in error.note:
        finding = f"TalentLMS has no such domain, or the key is none: {error.note}"
        return Row("talentlms", URL, "fault", finding, f"Check the domain's name in {URL}, then {KEY}.")
    remedy = of_the_key or f"Copy {KEY} anew from Account & settings, Security, of the very domain that {URL} names."
    return Row("talentlms", KEY, "fault", f"TalentLMS does not accept the key: {error.note}", remedy)
