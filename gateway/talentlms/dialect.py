"""How one TalentLMS domain wants things written where domains differ."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from gateway.errors import Unwritable
from schemas.written_date import DateFormat, as_written

RedirectSpelling: TypeAlias = Literal["base64", "plain"]

_ENCODED = frozenset({"logout_redirect", "course_completed_redirect", "redirect_url", "domain_url"})


@dataclass(frozen=True)
class Dialect:
    """What is known of a domain's way of writing.

    Attributes:
        userlogin_redirect: ``base64``, as the API document has it, or ``plain``, as the vendor's own library sends
            ``logout_redirect`` to ``userlogin``.
        date_format: the domain's, from ``site.info().date_format``; ``None`` while nobody has asked.
    """

    userlogin_redirect: RedirectSpelling = "base64"
    date_format: DateFormat | None = None

    def encodes(self, action: str, parameter: str) -> bool:
        """Return whether a parameter's value is sent as base64."""
        if (action, parameter) == ("userlogin", "logout_redirect"):
            return self.userlogin_redirect == "base64"
        return parameter in _ENCODED

    def day(self, parameter: str, day: date) -> str:
        """Return a date as the domain writes it.

        Raises:
            Unwritable: the format is not known, and a guess could mean another day.
        """
        if self.date_format is None:
            raise Unwritable(f"{parameter}: the client was not told the domain's date_format, see site.info()")
        return as_written(day, self.date_format)
