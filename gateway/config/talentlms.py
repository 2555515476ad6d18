"""The settings of the TalentLMS domain behind the gateway; `settings` says how one is added."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from gateway.admission import PersonLimit
from gateway.config.addresses import destination, link_host, origin
from gateway.config.faults import Problem
from gateway.config.fields import Choice, Several, Switch, Text, Whole
from gateway.config.person_limit import person_limit
from gateway.config.schema import Group
from gateway.config.texts import plain, talentlms_key
from schemas.secret import Secret
from schemas.user_type import LEARNERS, is_administrators

PERSON = PersonLimit(at_once=20, per_second=1, share=5)
PAYPAL = "www.paypal.com"
PLACE = "own path or https URL"
HEADER_OPTIONS = ("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")

UserloginRedirect = Literal["base64", "plain"]
LoginLink = Literal["auto", "login_key"]


@dataclass(frozen=True, kw_only=True)
class TalentLMSSettings:
    """Where TalentLMS is, what may be asked of it, and where its links may lead.

    The meaning of every field stands in `TalentLMSSchema`. However it is made, ``link_hosts`` contains the host of
    ``url``, and ``payment_hosts`` contains PayPal's and all of ``link_hosts``.
    """

    url: str
    api_key: Secret
    calls_per_hour: int = 2000
    calls_per_5_seconds: int = 200
    calls_per_person: PersonLimit = PERSON
    link_hosts: frozenset[str] = frozenset()
    payment_hosts: frozenset[str] = frozenset()
    userlogin_redirect: UserloginRedirect = "base64"
    login_link: LoginLink = "auto"
    self_enrol_courses: frozenset[int] | Literal["all"] = frozenset()
    learner_types: frozenset[str] = LEARNERS
    allow_privileged_types: bool = False
    header_hidden_options: tuple[str, ...] = ()
    after_completion: str | None = None
    after_logout: str = "/signed-out"

    def __post_init__(self) -> None:
        links = self.link_hosts | {urlsplit(self.url).netloc}
        object.__setattr__(self, "link_hosts", links)
        object.__setattr__(self, "payment_hosts", self.payment_hosts | links | {PAYPAL})


class TalentLMSSchema(Group):
    """The variables of TalentLMS and the table ``talentlms`` of the file."""

    becomes = TalentLMSSettings
    prefix = "TALENTLMS_"
    reserved = ("link_custom_field",)

    url = Text(origin, "https address", "The address of your TalentLMS domain, such as `https://acme.talentlms.com`.")
    api_key = Text(
        talentlms_key,
        "text without blanks",
        "The domain's API key. It opens every account, so treat it like the administrator's password.",
        secret=True,
    )
    calls_per_hour = Whole(
        0,
        1_000_000,
        "Calls to TalentLMS that the gateway allows itself per hour; your plan says how many it grants. "
        "`0`: no limit of the gateway's own.",
    )
    calls_per_5_seconds = Whole(
        0, 10_000, "Calls to TalentLMS that the gateway allows itself in 5 seconds. `0`: no limit of the gateway's own."
    )
    calls_per_person = Text(
        person_limit,
        "calls at once, calls a second, share of the hour; or `off`",
        "What one person's clicks may spend, so that nobody spends everybody's hour. The share is a percentage of "
        "the calls of an hour, and never less than 20 of them; without a limit per hour there is no share. `off`: "
        "no limit per person.",
    )
    link_hosts = Several(
        Text(link_host, "host or host:port"),
        "Further hosts that TalentLMS's links may lead to, besides the one of `TALENTLMS_URL`: a mapped domain, "
        "the domains of branches. Bare hosts, compared with their port; no wildcards.",
    )
    payment_hosts = Several(
        Text(link_host, "host or host:port"),
        f"Hosts that payment links, never sign-in links, may lead to besides the link hosts and `{PAYPAL}`.",
    )
    userlogin_redirect = Choice(
        get_args(UserloginRedirect),
        "How the return address is written where `userlogin` makes the link: when somebody signs in with a "
        "TalentLMS password, and by `/go` for accounts that the gateway signed up. `base64` is what the API "
        "document says.",
    )
    login_link = Choice(
        get_args(LoginLink),
        "Which kind of link opens the TalentLMS dashboard. `auto` chooses; `login_key` uses only the account's "
        "login key.",
        only_in_file=True,
    )
    self_enrol_courses = Several(
        Whole(1, 2**31 - 1),
        "The ids of the courses that a signed-in person may enter without being enrolled yet; the click enrols.",
        word="all",
        only_in_file=True,
    )
    learner_types = Several(
        Text(plain, "user type"),
        "The TalentLMS user types of learners. Existing accounts of other types are never adopted; administrators' "
        "types are refused here.",
        only_in_file=True,
    )
    allow_privileged_types = Switch(
        "Lets `learner_types` name administrators' types: then whoever a provider vouches for with an "
        "administrator's address or username *is* that administrator.",
        only_in_file=True,
    )
    header_hidden_options = Several(
        Choice(HEADER_OPTIONS),
        "What TalentLMS hides from the header of a course that the gateway opened.",
        only_in_file=True,
        into=tuple,
    )
    after_completion = Text(
        destination,
        PLACE,
        "Where TalentLMS sends a learner who has completed a course.",
        only_in_file=True,
        unset="`/completed/<course>`",
    )
    after_logout = Text(destination, PLACE, "Where TalentLMS sends a learner who signs out there.", only_in_file=True)

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, Problem]]:
        """Walk what does not go together: administrators among the learners."""
        remedy = "remove it, and give administrators who learn a learner's account of their own"
        if not values.get("allow_privileged_types", True):
            for name in sorted(filter(is_administrators, values.get("learner_types", ()))):
                yield "learner_types", Problem("is an administrators' type", remedy, name)
