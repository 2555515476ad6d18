"""What a storefront sends to ask for a launch, ``POST /api/v1/launches``, and what it is answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import quote

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Regexp

from schemas.handover import TargetKind
from schemas.order import names_nobody

EMAIL_LENGTH = 254
NAME_LENGTH = 100
CUSTOMER_ID_LENGTH = 128
SLUG_LENGTH = 64
COUPON_LENGTH = 64
HIGHEST_ID = 2**31 - 1
MOST_FAULTS = 20

_OPTIONAL: dict[str, Any] = {"null": "may not be null; leave it out"}
_REQUIRED: dict[str, Any] = {"required": "is missing", "null": "is missing"}
_NOT_AN_ID = f"is not 1 to {CUSTOMER_ID_LENGTH} printable ASCII characters without blanks"
_NAMES_NOBODY = "is what stands for no customer; leave it out for a guest"


@dataclass(frozen=True)
class LaunchPerson:
    """Who is to be handed over, as the request has it.

    Attributes:
        email: as it was sent; whether it is an address is for the caller.
        first_name: or empty.
        last_name: or empty.
        email_verified: whether the shop has verified the address.
        customer_id: the shop's own id; empty for a guest.
    """

    email: str
    first_name: str = ""
    last_name: str = ""
    email_verified: bool = False
    customer_id: str = ""


@dataclass(frozen=True)
class LaunchTarget:
    """Where to, as the request has it.

    Attributes:
        kind: as ``Target`` has it.
        name: the id or slug of the course or category; empty where the kind needs none.
        coupon: or empty.
    """

    kind: TargetKind
    name: str = ""
    coupon: str = ""


@dataclass(frozen=True)
class LaunchRequest:
    """A request for a launch.

    Attributes:
        person: who.
        target: where to.
    """

    person: LaunchPerson
    target: LaunchTarget


@dataclass(frozen=True)
class Fault:
    """What is wrong with one member of a request.

    Attributes:
        pointer: where it is: a JSON pointer (RFC 6901) in the form of a URI fragment, such as ``#/person/email``.
        detail: what is wrong with it.
    """

    pointer: str
    detail: str


class FaultyRequest(ValueError):
    """A request that is not as its schema has it.

    Args:
        faults: what is wrong; at most ``MOST_FAULTS`` of them.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class _Line(fields.String):
    """A text in one line, without characters that nobody sees."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("is not a string")
        if not value.isprintable():
            raise ValidationError("holds characters that cannot be printed")
        return str(super()._deserialize(value, attr, data, **kwargs))


class _Truth(fields.Boolean):
    """``true`` or ``false``, and no word or number that stands for them."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("is not true or false")
        return bool(super()._deserialize(value, attr, data, **kwargs))


class _IdOrSlug(fields.Field[str]):
    """The id or the slug of a course or category, as text.

    Args:
        description: what it is for.
    """

    def __init__(self, description: str) -> None:
        written = [
            {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID},
            {"type": "string", "minLength": 1, "maxLength": SLUG_LENGTH},
        ]
        super().__init__(error_messages=_OPTIONAL, metadata={"description": description, "oneOf": written})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        del attr, data, kwargs
        is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= HIGHEST_ID
        is_slug = isinstance(value, str) and 0 < len(value) <= SLUG_LENGTH and value.isprintable()
        if not (is_id or is_slug):
            raise ValidationError("is neither an id, a whole number, nor a slug")
        return str(value)


class _Request(Schema):
    """A message that is answered to whoever sent it: unknown members are their mistake."""

    error_messages = {"unknown": "is not a member that is known", "type": "is not an object"}  # noqa: RUF012 - marshmallow's

    class Meta:
        """A misspelt member would be passed over without a word."""

        unknown = RAISE


def _line(longest: int, description: str, example: str) -> _Line:
    too_long = f"is longer than {longest} characters"
    metadata = {"description": description, "example": example}
    return _Line(validate=Length(max=longest, error=too_long), error_messages=_OPTIONAL, metadata=metadata)


def _names_somebody(customer_id: str) -> None:
    if names_nobody(customer_id):
        raise ValidationError(_NAMES_NOBODY)


class LaunchPersonSchema(_Request):
    """The member ``person``."""

    email = _Line(
        required=True,
        validate=Length(1, EMAIL_LENGTH, error="is not one e-mail address"),
        error_messages=_REQUIRED,
        metadata={"description": "One address.", "format": "email", "example": "kim@example.com"},
    )
    first_name = _line(NAME_LENGTH, "The first name.", "Kim")
    last_name = _line(NAME_LENGTH, "The last name.", "Lee")
    email_verified = _Truth(
        error_messages=_OPTIONAL,
        metadata={"description": "True only if the shop has confirmed that the address is this customer's."},
    )
    customer_id = _Line(
        validate=(Regexp(rf"[!-~]{{1,{CUSTOMER_ID_LENGTH}}}\Z", error=_NOT_AN_ID), _names_somebody),
        error_messages=_OPTIONAL,
        metadata={"description": "The shop's own id of the customer; left out for a guest.", "example": "c-77"},
    )

    @post_load
    def _as_record(self, data: Mapping[str, Any], **_: Any) -> LaunchPerson:
        return LaunchPerson(**data)


class LaunchTargetSchema(_Request):
    """The member ``target``: one place, and perhaps a coupon for the payment page of a course or category."""

    dashboard = _Truth(
        error_messages=_OPTIONAL, metadata={"description": "To the training platform's first page.", "enum": [True]}
    )
    course = _IdOrSlug("Into this course, by its id or slug.")
    buy_course = _IdOrSlug("To the payment page of this course.")
    buy_category = _IdOrSlug("To the payment page for all courses of this category.")
    coupon = _line(COUPON_LENGTH, "For the payment pages alone.", "WELCOME10")

    @validates_schema(skip_on_field_errors=True)
    def _is_one(self, data: Mapping[str, Any], **_: Any) -> None:
        places = [name for name in data if name != "coupon"]
        if len(places) != 1:
            raise ValidationError(f"needs exactly one of {', '.join(get_args(TargetKind))}")
        if data.get("dashboard") is False:
            raise ValidationError("is not true", "dashboard")
        if data.get("coupon") and not places[0].startswith("buy_"):
            raise ValidationError("is for buy_course and buy_category alone", "coupon")

    @post_load
    def _as_record(self, data: Mapping[str, Any], **_: Any) -> LaunchTarget:
        kind = next(name for name in get_args(TargetKind) if name in data)
        return LaunchTarget(kind, "" if kind == "dashboard" else data[kind], data.get("coupon", ""))


class LaunchRequestSchema(_Request):
    """The body of ``POST /api/v1/launches``."""

    person = fields.Nested(LaunchPersonSchema, required=True, error_messages=_REQUIRED)
    target = fields.Nested(LaunchTargetSchema, required=True, error_messages=_REQUIRED)

    @post_load
    def _as_record(self, data: Mapping[str, Any], **_: Any) -> LaunchRequest:
        return LaunchRequest(**data)


class LaunchAnswerSchema(Schema):
    """A launch."""

    class Meta:
        """It may have more members one day."""

        unknown = EXCLUDE

    url = fields.String(
        required=True,
        metadata={
            "description": "Where to send the customer's browser, now. It works once, and is never to be stored.",
            "format": "uri",
        },
    )
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "Until when it works."})


def launch_request(content: object) -> LaunchRequest:
    """Return the request that a JSON document is.

    Raises:
        FaultyRequest: it is none.
    """
    try:
        request: LaunchRequest = LaunchRequestSchema().load(content)  # type: ignore[arg-type]
    except ValidationError as error:
        raise FaultyRequest(
            sorted(_faults(error.messages, "#"), key=lambda fault: fault.pointer)[:MOST_FAULTS]
        ) from None
    return request


def _faults(messages: object, pointer: str) -> Iterator[Fault]:
    """Walk what marshmallow found; ``_schema`` stands for the object itself."""
    if not isinstance(messages, Mapping):
        texts = messages if isinstance(messages, list) else [messages]
        yield from (Fault(pointer, str(text)) for text in texts)
        return
    for name, inner in messages.items():
        yield from _faults(inner, pointer if name == "_schema" else f"{pointer}/{_escaped(str(name))}")


def _escaped(name: str) -> str:
    """Return a member's name as a part of a pointer (RFC 6901, 3 and 6); of a long one its beginning."""
    return quote(name[:NAME_LENGTH].replace("~", "~0").replace("/", "~1"), errors="replace")
