"""What the mapping makes of one person's claims."""

from dataclasses import dataclass
from typing import Literal

from gateway.config.assignments import CourseRole
from gateway.config.mapping import OnLost, Update

GrantKind = Literal["course", "group", "branch", "user_type"]


@dataclass(frozen=True)
class MappedField:
    """A field that a claim fills.

    Attributes:
        field: one of ``gateway.config.mapping.FIELDS``.
        value: what TalentLMS is told; ``schemas.mapped.Detail`` says how switches and days are written.
        claim: the claim that it was taken from.
        update: when it is told, ``on_create`` or ``on_login``.
    """

    field: str
    value: str
    claim: str
    update: Update


@dataclass(frozen=True)
class Grant:
    """What a rule gives.

    Attributes:
        kind: of what.
        target: the course's id, the group's key, the branch's or the user type's name; as a text.
        rule: which one gives it.
        on_lost: what becomes of it once that rule does not hold any more.
        role: of a course, as what; empty for everything else.
    """

    kind: GrantKind
    target: str
    rule: str
    on_lost: OnLost
    role: CourseRole | Literal[""] = ""


@dataclass(frozen=True)
class HeldRule:
    """A rule that holds, and why: the condition and the claim that fulfils it."""

    rule: str
    why: str


@dataclass(frozen=True)
class Outcome:
    """What claims become.

    Attributes:
        fields: what TalentLMS is told.
        grants: what the rules give, in their order.
        rules: those that hold.
        denied: whether nobody lets the person in.
        missing_groups: the claim in which the provider left the groups out because they are too many; empty where
            it did not. Nothing is given then that depends on them.
        faults: what could not be read or evaluated; they name claims, fields and rules, never a claim's value.
    """

    fields: tuple[MappedField, ...] = ()
    grants: tuple[Grant, ...] = ()
    rules: tuple[HeldRule, ...] = ()
    denied: bool = False
    missing_groups: str = ""
    faults: tuple[str, ...] = ()
