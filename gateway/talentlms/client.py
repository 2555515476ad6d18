"""The client: one object with a family of operations per kind of thing."""

from collections.abc import Callable, Mapping
from typing import Literal

from gateway.talentlms.branches import Branches
from gateway.talentlms.categories import Categories
from gateway.talentlms.courses import Courses
from gateway.talentlms.endpoint import Transport
from gateway.talentlms.groups import Groups
from gateway.talentlms.site import Site
from gateway.talentlms.units import Units
from gateway.talentlms.users import Users
from gateway.talentlms.wire import Dialect, RedirectSpelling
from schemas.written_date import DateFormat


class TalentLMS:
    """One TalentLMS domain, as ``lms.users.by_email(…)``, ``lms.courses.go_to(…)`` and so on.

    Args:
        transport: the way out; ``transport.HttpTransport`` for the real one.
        userlogin_redirect: ``base64``, as the API document says, or ``plain``, for domains that take
            ``logout_redirect`` in ``userlogin`` as it is.
        date_format: the domain's, from ``site.info().date_format``; only ``users.edit(deactivation_date=…)`` needs
            it, and is refused without it. ``ask`` has TalentLMS asked for it each time, with one call more.
        before_change: is told the operation and its arguments before each call that changes something, and may raise;
            ``None`` where all are sent.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        userlogin_redirect: RedirectSpelling = "base64",
        date_format: DateFormat | Literal["ask"] | None = None,
        before_change: Callable[[str, Mapping[str, str]], None] | None = None,
    ) -> None:
        dialect = Dialect(userlogin_redirect, self._date_format if date_format == "ask" else date_format)
        self.users = Users(transport, dialect, before_change)
        self.courses = Courses(transport, dialect, before_change)
        self.categories = Categories(transport, dialect, before_change)
        self.groups = Groups(transport, dialect, before_change)
        self.branches = Branches(transport, dialect, before_change)
        self.units = Units(transport, dialect, before_change)
        self.site = Site(transport, dialect, before_change)

    def _date_format(self) -> DateFormat:
        return self.site.info().date_format
