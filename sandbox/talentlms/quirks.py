"""The switches for what TalentLMS does here and does otherwise there."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True)
class Quirks:
    """One switch per observed or doubtful habit; the defaults are what was observed.

    Attributes:
        percent_40_is_404: ``%40`` in the arguments of a path finds nothing.
        plus_is_space: ``+`` in the arguments of a path is read as a space.
        unauthorized_is_html: a call without credentials is answered with HTML instead of JSON.
        int_ids_on_create: ``usersignup`` and ``create*`` answer their id as a number.
        empty_map_is_list: ``getusersbycustomfield`` and ``categoryleafsandcourses`` answer ``[]`` for nothing.
        archived_is_gone: an archived user is "no longer available" instead of not existing.
        logout_needs_online: ``userlogout`` refuses a user who is not online.
        throttle_status: 429, or 403 with a text about the rate.
        retry_after: a throttled answer says in ``Retry-After`` how many seconds to wait.
        userlogin_redirect: how ``userlogin`` takes ``logout_redirect``: ``base64`` or ``raw``.
        logout_next: how the link of ``userlogout`` carries ``next``: ``base64`` or ``raw``.
        inactive_after_signup: a new user is inactive until ``usersetstatus``.
        inactive_goto: ``gotocourse`` refuses an inactive user; otherwise the link opens a page that says so.
        payment_page: there is a payment page; otherwise ``buycourse`` and ``buycategorycourses`` refuse.
        strong_passwords: passwords must meet the strength rule.
        case_sensitive_lookups: e-mails and usernames are compared letter by letter.
        accents_ignored: e-mails and usernames that differ only in accents count as the same.
        custom_fields_in_user: user objects carry their custom fields.
        date_format: ``DDMMYYYY``, ``MMDDYYYY`` or ``YYYYMMDD``.
        user_limit: how many active users the plan has; one more is refused. 0 means any number.
        mandatory_field_named: a mandatory custom field that is left out is named; otherwise the arguments are invalid.
        link_host: host and port that links point to instead of the sandbox's own; empty means its own.
    """

    percent_40_is_404: bool = True
    plus_is_space: bool = True
    unauthorized_is_html: bool = True
    int_ids_on_create: bool = True
    empty_map_is_list: bool = True
    archived_is_gone: bool = True
    logout_needs_online: bool = True
    throttle_status: int = 429
    retry_after: bool = False
    userlogin_redirect: str = "base64"
    logout_next: str = "base64"
    inactive_after_signup: bool = False
    inactive_goto: bool = True
    payment_page: bool = True
    strong_passwords: bool = True
    case_sensitive_lookups: bool = False
    accents_ignored: bool = False
    custom_fields_in_user: bool = False
    date_format: str = "DDMMYYYY"
    user_limit: int = 0
    mandatory_field_named: bool = False
    link_host: str = ""

    def changed(self, values: Mapping[str, Any]) -> "Quirks":
        """Return these quirks with some of them set anew.

        Raises:
            ValueError: there is no such quirk, its value is of another type, or it is none of the allowed ones.
        """
        for name, value in values.items():
            self._check(name, value)
        return replace(self, **values)

    def _check(self, name: str, value: Any) -> None:
        known = {field.name: field.type for field in fields(self)}
        if name not in known:
            raise ValueError(f"there is no quirk {name}")
        if type(value) is not known[name]:
            raise ValueError(f"{name} takes a value like {getattr(self, name)!r}")
        if value not in CHOICES.get(name, (value,)):
            raise ValueError(f"{name} is one of {CHOICES[name]}")


CHOICES: Mapping[str, tuple[Any, ...]] = {
    "throttle_status": (429, 403),
    "userlogin_redirect": ("base64", "raw"),
    "logout_next": ("base64", "raw"),
    "date_format": ("DDMMYYYY", "MMDDYYYY", "YYYYMMDD"),
}
