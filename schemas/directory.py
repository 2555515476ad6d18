"""The directory that identity providers push: people, groups, and what is asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

UserField: TypeAlias = Literal[
    "id", "user_name", "external_id", "email", "display_name", "family_name", "given_name", "active", "created_at",
    "modified_at", "group", "member", "manager",
]  # fmt: skip
Operator: TypeAlias = Literal["eq", "sw", "gt", "ge", "lt", "le"]

ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER_PATH = (ENTERPRISE_URN, "manager", "value")
"""Where a person's resource says who their manager is. It has no index: it is compared of one person alone."""


@dataclass(frozen=True)
class EmailAddress:
    """One of a person's addresses, both in small letters."""

    value: str
    type: str = ""


@dataclass(frozen=True)
class UserDraft:
    """A person to be stored.

    Attributes:
        resource: all that the client sent, as answers repeat it.
        user_name: as it is compared: in small letters.
        external_id: the client's own id; empty for none.
        email: the preferred address in small letters; empty for none.
        emails: every address.
        active: whether the person may come in.
        display_name, family_name, given_name: in small letters; empty for none.
        person: ``Identity.key`` of the person at the identity provider; empty where no ``external_id`` tells it.
    """

    resource: Mapping[str, Any]
    user_name: str
    external_id: str = ""
    email: str = ""
    emails: tuple[EmailAddress, ...] = ()
    active: bool = True
    display_name: str = ""
    family_name: str = ""
    given_name: str = ""
    person: str = ""


@dataclass(frozen=True)
class GroupRef:
    """A group that somebody is a member of, or a member of a group.

    Attributes:
        id: its id.
        display: what it is called.
    """

    id: str
    display: str


@dataclass(frozen=True)
class DirectoryUser:
    """A person of the directory.

    Attributes:
        id: of the directory.
        person: the key by which sessions and accounts are found.
        active: whether the person may come in.
        resource: what the client sent.
        created_at: milliseconds since the epoch, UTC.
        modified_at: likewise.
        groups: those that the person is a member of.
        is_deleted: whether the connection has forgotten the person.
    """

    id: str
    person: str
    active: bool
    resource: Mapping[str, Any]
    created_at: int
    modified_at: int
    groups: tuple[GroupRef, ...] = ()
    is_deleted: bool = False


@dataclass(frozen=True)
class GroupDraft:
    """A group to be stored; ``display_name`` is in small letters, ``external_id`` empty for none."""

    resource: Mapping[str, Any]
    display_name: str
    external_id: str = ""


@dataclass(frozen=True)
class DirectoryGroup:
    """A group of the directory; its fields are as those of ``DirectoryUser``.

    Attributes:
        members: ``None`` where they were not asked for.
    """

    id: str
    resource: Mapping[str, Any]
    created_at: int
    modified_at: int
    members: tuple[GroupRef, ...] | None = None


@dataclass(frozen=True)
class MemberChange:
    """What becomes of a group's members: some are added or removed, or those named take the place of all."""

    word: Literal["add", "remove", "replace"]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A comparison of a field with a value; texts are in small letters where case does not count.

    Attributes:
        field: what is compared.
        operator: how.
        value: with what.
        type: of an e-mail address; empty for any.
    """

    field: UserField
    operator: Operator
    value: str | int | bool
    type: str = ""


@dataclass(frozen=True)
class Joined:
    """Conditions all of which hold (``and``), or one of which does (``or``)."""

    word: Literal["and", "or"]
    parts: "tuple[Where, ...]"


Where: TypeAlias = Condition | Joined


@dataclass(frozen=True)
class ListQuery:
    """What is asked of people or groups.

    Attributes:
        where: which of them; ``None`` for all.
        sort_by: the order.
        is_descending: whether it is turned round.
        skip: how many are passed over.
        count: how many are wanted.
        after: the sort value and the id behind which the answer begins.
        with_members: whether a group's members are wanted.
    """

    where: Where | None = None
    sort_by: UserField = "id"
    is_descending: bool = False
    skip: int = 0
    count: int = 100
    after: tuple[str | int, str] | None = None
    with_members: bool = True


@dataclass(frozen=True)
class ListResult:
    """What was found.

    Attributes:
        total: how many there are in all.
        items: those that were wanted.
        last: the sort value and the id of the last of them, where more follow.
    """

    total: int
    items: Sequence[Any] = field(default_factory=tuple)
    last: tuple[str | int, str] | None = None


@dataclass(frozen=True)
class Deactivations:
    """How many people of a connection were deactivated lately.

    Attributes:
        within_hour: how many within the hour before now, and since the connection was last resumed.
        active: how many are active.
        is_stopped: whether the connection may deactivate nobody for now.
    """

    within_hour: int
    active: int
    is_stopped: bool


class Taken(Exception):
    """Another person or group of the connection has this value.

    Args:
        attribute: which attribute's.
    """

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute)
        self.attribute = attribute


class NoSuchMember(Exception):
    """A group is to have a member that is nobody of the connection."""


class DeactivationRefused(Exception):
    """Too many people would be deactivated."""
