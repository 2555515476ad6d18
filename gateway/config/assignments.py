"""The settings of what a rule of the mapping gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from marshmallow import ValidationError

from gateway.config.faults import Fault, did_you_mean, shown
from gateway.config.fields import Setting, Several, Text, is_table, type_name
from gateway.config.group import Group
from gateway.config.rules import plain
from gateway.config.storefronts import GROUP_KEY
from gateway.config.talentlms import HIGHEST_ID
from schemas.user_type import is_administrators

CourseRole = Literal["learner", "instructor"]


@dataclass(frozen=True)
class CourseAssignment:
    """A course, and as what somebody is enrolled there."""

    course: int
    role: CourseRole = "learner"

    def __str__(self) -> str:
        return f"{self.course} as {self.role}"


@dataclass(frozen=True, kw_only=True)
class Assignments:
    """What a rule gives."""

    courses: tuple[CourseAssignment, ...] = ()
    groups: tuple[str, ...] = ()
    branch: str | None = None
    user_type: str | None = None


class Course(Setting):
    """A course by its id, or a table with its id and a role."""

    def __init__(self) -> None:
        super().__init__(lambda value: value, 'id of a course, or `{ id = 56, role = "instructor" }`')

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> CourseAssignment:
        table = value if isinstance(value, dict) else {"id": value}
        course, role = table.get("id"), table.get("role", "learner")
        if type(course) is not int or not 0 < course <= HIGHEST_ID or table.keys() - {"id", "role"}:
            what = "a table with other keys" if isinstance(value, dict) else type_name(value)
            raise ValidationError(f'is or has {what}; write a course\'s id, or {{ id = 56, role = "instructor" }}')
        if role not in get_args(CourseRole):
            remedy = did_you_mean(str(role), get_args(CourseRole), "write learner or instructor")
            raise ValidationError(f"{shown(str(role))} is not a role in a course; {remedy}")
        return CourseAssignment(course, role)


class AssignmentsSchema(Group):
    """The table ``assign`` of a rule."""

    becomes = Assignments

    def __init__(self, *, learners: Mapping[str, Any] | None = None, **names: Any) -> None:
        """Take the values of `TalentLMSTable`, and what `Group` takes."""
        self.learners = learners or {}
        super().__init__(**names)

    courses = Several(Course(), "Courses to enrol in, as `learner` unless a role is named.", into=tuple)
    groups = Several(Text(GROUP_KEY, "group key"), "Groups to join, by their keys.", into=tuple)
    branch = Text(plain, "branch", "The branch to join, by its name.")
    user_type = Text(
        plain,
        "user type",
        "The user type of an account that is signed up, one of `learner_types`. Of several rules the first one counts.",
    )

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Tell of a user type that is no learner's."""
        name, types = values.get("user_type"), self.learners.get("learner_types")
        if name is None or types is None:
            return
        if is_administrators(name) and self.learners.get("allow_privileged_types") is not True:
            remedy = "remove it, and give administrators who learn a learner's account of their own"
            yield "user_type", f"{shown(name)} is an administrators' type; {remedy}"
        elif name not in types:
            remedy = did_you_mean(
                name, types, "name one of them, or add it there if its accounts may do nothing but learn"
            )
            yield "user_type", f"{shown(name)} is none of talentlms.learner_types; {remedy}"


def assignments(given: object, table: str, learners: Mapping[str, Any], faults: list[Fault]) -> Assignments:
    """Return what a rule gives.

    Args:
        given: the table ``assign``.
        table: its name.
        learners: the values of `TalentLMSTable`.
        faults: what is wrong is added here.
    """
    if not isinstance(given, dict):
        is_table(given, table, faults)
        return Assignments()
    before = len(faults)
    values = AssignmentsSchema(learners=learners, table=f"{table}.").read(given, faults)
    return Assignments(**values) if len(faults) == before else Assignments()
