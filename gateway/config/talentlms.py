"""The settings of the TalentLMS domain behind the gateway; `settings` says how one is added."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from marshmallow import ValidationError

from gateway.admission import PersonLimit
from gateway.config.faults import did_you_mean, shown
from gateway.config.fields import Choice, Several, Switch, Text, Whole
from gateway.config.group import Group
from gateway.config.rules import destination, link_host, origin, plain, talentlms_key
from schemas.secret import Secret
from schemas.user_type import LEARNERS, is_administrators

PERSON = PersonLimit(at_once=20, per_second=1, share=5)
PAYPAL = "www.paypal.com"
HIGHEST_ID = 2**31 - 1
CUSTOM_FIELDS = 20
HEADER_OPTIONS = ("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")
PERSON_LIMIT = re.compile(r"([0-9]{1,5})\s*,\s*([0-9]{1,4}(?:\.[0-9]{1,3})?)\s*,\s*([0-9]{1,3})\s*%", re.ASCII)

UserloginRedirect = Literal["base64", "plain"]
LoginLink = Literal["auto", "login_key"]


@dataclass(frozen=True, kw_only=True)
class TalentLMSSettings:
    """Where TalentLMS is, what may be asked of it, and where its links may lead.

    However it is made, ``link_hosts`` contains the host of ``url``, and ``payment_hosts`` contains PayPal's and all of
    ``link_hosts``.
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
    link_custom_field: int = 0

    def __post_init__(self) -> None:
        links = self.link_hosts | {urlsplit(self.url).netloc}
        object.__setattr__(self, "link_hosts", links)
        object.__setattr__(self, "payment_hosts", self.payment_hosts | links | {PAYPAL})


def person_limit(text: str) -> PersonLimit:
    """Return the limit that a text such as ``20,1,5%`` stands for, or ``off``."""
    if text == "off":
        return PersonLimit()
    found = PERSON_LIMIT.fullmatch(text.strip())
    if found is None:
        remedy = "write calls at once, calls a second and a share of the hour, such as 20,1,5%, or off"
        raise ValidationError(f"is not a limit per person; {did_you_mean(text.strip().lower(), ['off'], remedy)}")
    limit = PersonLimit(int(found[1]), float(found[2]), int(found[3]))
    for wrong, number, most in (
        ("calls at once", limit.at_once, 10_000),
        ("calls a second", limit.per_second, 1_000),
        ("percent of the hour", limit.share, 100),
    ):
        if not 0 < number <= most:
            remedy = f"write more than 0 and at most {most}, or off for no limit"
            raise ValidationError(f"allows {number:g} {wrong}; {remedy}")
    return limit


class TalentLMSVariables(Group):
    """The variables of TalentLMS."""

    becomes = TalentLMSSettings

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


class TalentLMSTable(Group):
    """The table ``talentlms`` of the file."""

    becomes = TalentLMSSettings

    login_link = Choice(
        get_args(LoginLink),
        "Which kind of link opens the TalentLMS dashboard. `auto` chooses; `login_key` uses only the account's "
        "login key.",
    )
    self_enrol_courses = Several(
        Whole(1, HIGHEST_ID),
        "The ids of the courses that a signed-in person may enter without being enrolled yet; the click enrols.",
        word="all",
    )
    learner_types = Several(
        Text(plain, "user type"),
        "The TalentLMS user types of learners. Existing accounts of other types are never adopted; administrators' "
        "types are refused here.",
    )
    allow_privileged_types = Switch(
        "Lets `learner_types` name administrators' types: then anybody a provider vouches for with an "
        "administrator's address or username *is* that administrator.",
    )
    header_hidden_options = Several(
        Choice(HEADER_OPTIONS),
        "What TalentLMS hides from the header of a course that the gateway opened.",
        into=tuple,
    )
    after_completion = Text(
        destination,
        "own path or https URL",
        "Where TalentLMS sends a learner who has completed a course.",
        unset="`/completed/<course>`",
    )
    after_logout = Text(destination, "own path or https URL", "Where TalentLMS sends a learner who signs out there.")
    link_custom_field = Whole(
        1,
        CUSTOM_FIELDS,
        "The number of a custom user field of type text in which TalentLMS keeps whose the account is, too, so that "
        "it is found where the database does not know it. Let nobody but administrators write the field.",
        unset="no field",
    )

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk the administrators' types among the learners'."""
        if values.get("allow_privileged_types") is False:
            remedy = "remove it, and give administrators who learn a learner's account of their own"
            for name in sorted(filter(is_administrators, values.get("learner_types", ()))):
                yield "learner_types", f"{shown(name)} is an administrators' type; {remedy}"
