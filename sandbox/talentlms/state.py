"""Everything the portal knows: plain dictionaries on one object."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from sandbox.talentlms.records import (
    Branch,
    Category,
    Certificate,
    Coupon,
    Course,
    CustomField,
    Enrolment,
    Event,
    Group,
    Link,
    Mail,
    Order,
    Progress,
    Session,
    Unit,
    User,
)


@dataclass
class State:
    """The portal's tables. Enrolments and progress are keyed by pairs, custom fields by ``of`` and ``key``."""

    sequences: dict[str, int] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=dict)
    courses: dict[int, Course] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    categories: dict[int, Category] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    branches: dict[int, Branch] = field(default_factory=dict)
    enrolments: dict[tuple[int, int], Enrolment] = field(default_factory=dict)
    progress: dict[tuple[int, int], Progress] = field(default_factory=dict)
    certificates: dict[int, Certificate] = field(default_factory=dict)
    custom_fields: dict[tuple[str, str], CustomField] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)
    mails: dict[int, Mail] = field(default_factory=dict)

    def next_id(self, kind: str, wanted: int = 0) -> int:
        """Return the next number of a table, or note that ``wanted`` is taken; no number is given twice."""
        last = self.sequences.get(kind, 0)
        number = wanted or last + 1
        self.sequences[kind] = max(last, number)
        return number

    def clear(self) -> None:
        """Forget everything."""
        for table in fields(self):
            getattr(self, table.name).clear()

    def snapshot(self) -> dict[str, Any]:
        """Return a copy of everything as JSON: for each table a list of its records."""
        tables = {name: [asdict(record) for record in getattr(self, name).values()] for name in RECORDS}
        return {"sequences": dict(self.sequences), **tables}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Replace everything by what ``snapshot`` returned earlier.

        Raises:
            ValueError: this is no snapshot; the state is then as it was.
        """
        tables = {name: _table(name, snapshot) for name in RECORDS}
        sequences = dict(snapshot.get("sequences", {}))
        self.clear()
        self.sequences.update(sequences)
        for name, table in tables.items():
            getattr(self, name).update(table)


RECORDS: Mapping[str, tuple[type, tuple[str, ...]]] = {
    "users": (User, ("id",)),
    "courses": (Course, ("id",)),
    "units": (Unit, ("id",)),
    "categories": (Category, ("id",)),
    "groups": (Group, ("id",)),
    "branches": (Branch, ("id",)),
    "enrolments": (Enrolment, ("user_id", "course_id")),
    "progress": (Progress, ("user_id", "unit_id")),
    "certificates": (Certificate, ("id",)),
    "custom_fields": (CustomField, ("of", "key")),
    "events": (Event, ("id",)),
    "links": (Link, ("key",)),
    "sessions": (Session, ("id",)),
    "orders": (Order, ("id",)),
    "coupons": (Coupon, ("code",)),
    "mails": (Mail, ("id",)),
}


def _table(name: str, snapshot: Mapping[str, Any]) -> dict[Any, Any]:
    record, key = RECORDS[name]
    try:
        rows = [record(**row) for row in snapshot[name]]
    except (KeyError, TypeError) as fault:
        raise ValueError(f"not a snapshot: {name}") from fault
    return {_key(row, key): row for row in rows}


def _key(row: Any, names: tuple[str, ...]) -> Any:
    values = tuple(getattr(row, name) for name in names)
    return values if len(values) > 1 else values[0]
