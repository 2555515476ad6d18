"""TalentLMS's replies: what all of them have in common, and the short ones that are a link or one member."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, pre_load

from schemas.link import Link, LinkField
from schemas.message import Message
from schemas.wire_fields import Text, decoded, rows

_CUSTOM_FIELD = re.compile(r"custom_field_([0-9]{1,6})", re.ASCII)


class Reply(Message):
    """An object in a reply. A member that is ``null``, ``""`` or ``[]`` counts as absent, so its default applies."""

    @pre_load
    def _said(self, data: object, **_: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ValidationError("not an object")
        said = {str(name).strip(): value for name, value in data.items()}
        return self.arranged(
            {name: value for name, value in said.items() if value is not None and value not in ("", [])}
        )

    def arranged(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the members as the fields want them; a subclass moves what TalentLMS puts elsewhere."""
        return data


def with_custom_fields(data: dict[str, Any]) -> dict[str, Any]:
    """Return the members with every ``custom_field_N`` gathered in ``custom_fields``, texts by number."""
    found = ((custom_field_number(name), value) for name, value in data.items())
    return {**data, "custom_fields": {number: decoded(str(value)) for number, value in found if number}}


def custom_field_number(name: str) -> int:
    """Return the ``N`` of ``custom_field_N``; 0 for any other name."""
    found = _CUSTOM_FIELD.fullmatch(name)
    return int(found[1]) if found else 0


def several(schema: type[Schema]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a reader for a list of things, which TalentLMS may also write as a map by id.

    Args:
        schema: reads one of them.
    """
    many = schema(many=True)
    return lambda content: tuple(many.load(rows(content)))


def one(schema: type[Schema]) -> Callable[[Any], Any]:
    """Return a reader for one thing, which TalentLMS may also write as a list of one.

    Args:
        schema: reads it.
    """
    single = schema()
    return lambda content: single.load(content[0] if isinstance(content, list) and len(content) == 1 else content)


def member(key: str, field: fields.Field[Any]) -> Callable[[Any], Any]:
    """Return a reader for an answer that has one interesting member.

    Args:
        key: the member's name.
        field: reads its value.

    Returns:
        A function from the parsed JSON to the value; it raises ``ValidationError`` when there is none.
    """

    def read(content: Any) -> Any:
        # The field alone: a whole schema for one member would cost four times as much with every click.
        if not isinstance(content, Mapping):
            raise ValidationError({key: ["not an object"]})
        try:
            return field.deserialize(content.get(key, missing), key, content)
        except ValidationError as error:
            raise ValidationError({key: error.messages}) from None

    return read


def link_in(key: str) -> Callable[[Any], Link]:
    """Return a reader for an answer whose only interesting member is a one-time link; ``key`` is its name."""
    return member(key, LinkField(required=True))


LOGIN_KEY = link_in("login_key")
"""``userlogin``."""
GOTO_URL = link_in("goto_url")
"""``gotocourse``."""
REDIRECT_URL = link_in("redirect_url")
"""``buycourse``, ``buycategorycourses``, ``userlogout``."""
USER_ID: Callable[[Any], int] = member("user_id", fields.Integer(required=True))
"""``forgotusername``, ``forgotpassword``."""
STATUS: Callable[[Any], str] = member("status", Text(required=True))
"""``usersetstatus``, ``branchsetstatus``."""
ONLINE: Callable[[Any], bool] = member("online", fields.Boolean(required=True))
"""``isuseronline``."""
