"""The settings of the TalentLMS domain behind the gateway."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from gateway.admission import PersonLimit
from gateway.config.addresses import destination, link_host, origin
from gateway.config.faults import Complaint, Refused
from gateway.config.kinds import AllOr, Choice, Rule, Several, Switch, Whole
from gateway.config.person_limit import person_limit
from gateway.config.setting import Setting
from gateway.config.texts import plain, talentlms_key
from schemas.secret import Secret
from schemas.user_type import LEARNERS, is_administrators

HOSTS = Several(Rule("host or host:port", link_host), frozenset)
PLACE = Rule("own path or https URL", destination)
COURSES = Several(Whole(1, 2**31 - 1), frozenset)
HEADER_OPTIONS = Choice("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")
PERSON = PersonLimit(at_once=20, per_second=1, share=5)
PAYPAL = "www.paypal.com"


@dataclass(frozen=True, kw_only=True)
class TalentLMSSettings:
    """Where TalentLMS is, what may be asked of it, and where its links may lead.

    The meaning of every field stands in its annotation. However it is made, ``link_hosts`` contains the host of
    ``url``, and ``payment_hosts`` contains PayPal's and all of ``link_hosts``.
    """

    url: Annotated[
        str,
        Setting(
            Rule("https address", origin),
            "The address of your TalentLMS domain, such as `https://acme.talentlms.com`.",
            variable="TALENTLMS_URL",
        ),
    ]
    api_key: Annotated[
        Secret,
        Setting(
            Rule("text without blanks", talentlms_key),
            "The domain's API key. It opens every account, so treat it like the administrator's password.",
            variable="TALENTLMS_API_KEY",
            secret=True,
        ),
    ]
    calls_per_hour: Annotated[
        int,
        Setting(
            Whole(0, 1_000_000),
            "Calls to TalentLMS that the gateway allows itself per hour; your plan says how many it grants. "
            "`0`: no limit of the gateway's own.",
            variable="TALENTLMS_CALLS_PER_HOUR",
        ),
    ] = 2000
    calls_per_5_seconds: Annotated[
        int,
        Setting(
            Whole(0, 10_000),
            "Calls to TalentLMS that the gateway allows itself in 5 seconds. `0`: no limit of the gateway's own.",
            variable="TALENTLMS_CALLS_PER_5_SECONDS",
        ),
    ] = 200
    calls_per_person: Annotated[
        PersonLimit,
        Setting(
            Rule("calls at once, calls a second, share of the hour; or `off`", person_limit),
            "What one person's clicks may spend, so that nobody spends everybody's hour. The share is a percentage of "
            "the calls of an hour, and never less than 20 of them; without a limit per hour there is no share. `off`: "
            "no limit per person.",
            variable="TALENTLMS_CALLS_PER_PERSON",
        ),
    ] = PERSON
    link_hosts: Annotated[
        frozenset[str],
        Setting(
            HOSTS,
            "Further hosts that TalentLMS's links may lead to, besides the one of `TALENTLMS_URL`: a mapped domain, "
            "the domains of branches. Bare hosts, compared with their port; no wildcards.",
            variable="TALENTLMS_LINK_HOSTS",
        ),
    ] = frozenset()
    payment_hosts: Annotated[
        frozenset[str],
        Setting(
            HOSTS,
            f"Hosts that payment links, never sign-in links, may lead to besides the link hosts and `{PAYPAL}`.",
            variable="TALENTLMS_PAYMENT_HOSTS",
        ),
    ] = frozenset()
    userlogin_redirect: Annotated[
        Literal["base64", "plain"],
        Setting(
            Choice("base64", "plain"),
            "How the return address is written where `userlogin` makes the link: when somebody signs in with a "
            "TalentLMS password, and by `/go` for accounts that the gateway signed up. `base64` is what the API "
            "document says.",
            variable="TALENTLMS_USERLOGIN_REDIRECT",
        ),
    ] = "base64"
    login_link: Annotated[
        Literal["auto", "login_key"],
        Setting(
            Choice("auto", "login_key"),
            "Which kind of link opens the TalentLMS dashboard. `auto` chooses; `login_key` uses only the account's "
            "login key.",
            key="login_link",
        ),
    ] = "auto"
    self_enrol_courses: Annotated[
        frozenset[int] | Literal["all"],
        Setting(
            AllOr(COURSES),
            "The ids of the courses that a signed-in person may enter without being enrolled yet; the click enrols.",
            key="self_enrol_courses",
        ),
    ] = frozenset()
    learner_types: Annotated[
        frozenset[str],
        Setting(
            Several(Rule("user type", plain), frozenset),
            "The TalentLMS user types of learners. Existing accounts of other types are never adopted; administrators' "
            "types are refused here.",
            key="learner_types",
        ),
    ] = LEARNERS
    allow_privileged_types: Annotated[
        bool,
        Setting(
            Switch(),
            "Lets `learner_types` name administrators' types: then whoever a provider vouches for with an "
            "administrator's address or username *is* that administrator.",
            key="allow_privileged_types",
        ),
    ] = False
    header_hidden_options: Annotated[
        tuple[str, ...],
        Setting(
            Several(HEADER_OPTIONS),
            "What TalentLMS hides from the header of a course that the gateway opened.",
            key="header_hidden_options",
        ),
    ] = ()
    after_completion: Annotated[
        str | None,
        Setting(
            PLACE,
            "Where TalentLMS sends a learner who has completed a course.",
            key="after_completion",
            unset="`/completed/<course>`",
        ),
    ] = None
    after_logout: Annotated[
        str,
        Setting(PLACE, "Where TalentLMS sends a learner who signs out there.", key="after_logout"),
    ] = "/signed-out"

    def __post_init__(self) -> None:
        links = self.link_hosts | {urlsplit(self.url).netloc}
        object.__setattr__(self, "link_hosts", links)
        object.__setattr__(self, "payment_hosts", self.payment_hosts | links | {PAYPAL})


def contradictions(values: Mapping[str, Any]) -> Iterator[tuple[str, Refused]]:
    """Tell what does not go together in TalentLMS's settings: administrators among the learners."""
    types = sorted(filter(is_administrators, values.get("learner_types", ())))
    if types and not values.get("allow_privileged_types", True):
        remedy = "remove it, and give administrators who learn a learner's account of their own"
        yield "learner_types", Refused(*(Complaint("is an administrators' type", remedy, name) for name in types))
