"""Who is now, or no longer, a member of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from schemas.reply import Reply
from schemas.wire_fields import Text


@dataclass(frozen=True)
class Membership:
    """What joining or leaving a course, a group or a branch answers; what the reply does not mention is ``None``.

    Attributes:
        user_id: the user.
        course_id: the course.
        group_id: the group.
        branch_id: the branch.
        name: the name of the course, group or branch that was joined or left, where the reply says it.
        role: the role in the course, ``learner`` or ``instructor``, where the reply says it.
    """

    user_id: int | None = None
    course_id: int | None = None
    group_id: int | None = None
    branch_id: int | None = None
    name: str = ""
    role: str = ""


class MembershipSchema(Reply):
    """What ``add…to…`` and ``remove…from…`` answer."""

    record_type = Membership
    user_id = fields.Integer()
    course_id = fields.Integer()
    group_id = fields.Integer()
    branch_id = fields.Integer()
    name = Text()
    role = Text()

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take the name, whichever thing it is the name of."""
        return {"name": _first(data, "group_name", "branch_name", "course_name"), **data}


def _first(data: Mapping[str, Any], *names: str) -> Any:
    return next((data[name] for name in names if name in data), "")
