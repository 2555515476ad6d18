"""What became of an order, as ``GET /api/v1/orders/<id>`` answers it."""

from typing import Any, get_args

from marshmallow import fields
from marshmallow.validate import OneOf

from schemas.order import OrderStatus
from schemas.problem import Answer

_ERROR = "The error's stable name, or null."
_DETAIL = "What is the matter, in a sentence, or null."


def _text(description: str, **options: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **options)


def _time(description: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, allow_none=True, metadata={"description": description})


class OrderGiftSchema(Answer):
    """Something that a line gives."""

    seat = fields.Integer(required=True, metadata={"description": "Which of the line's seats, from 1 on."})
    course = fields.Integer(metadata={"description": "The course's id, where it is one."})
    group = fields.Integer(metadata={"description": "The group's id, where it is one."})
    state = _text("How far it is.", validate=OneOf(["wanted", "given", "taken", "kept", "review", "dead"]))
    error = _text(_ERROR, allow_none=True)
    detail = _text(_DETAIL, allow_none=True)


class OrderLineSchema(Answer):
    """A line of an order."""

    id = _text("The shop's.")
    sku = _text("The product's.")
    quantity = fields.Integer(required=True, metadata={"description": "How many were bought."})
    error = _text(_ERROR, allow_none=True)
    detail = _text(_DETAIL, allow_none=True)
    gives = fields.List(fields.Nested(OrderGiftSchema), required=True, metadata={"description": "What it gives."})


class OrderAnswerSchema(Answer):
    """An order."""

    id = _text("The shop's.")
    number = _text("What people call it.")
    payment = _text("Whether it is paid.", validate=OneOf(get_args(OrderStatus)))
    test = fields.Boolean(required=True, metadata={"description": "Whether it is a test of the shop's."})
    state = _text(
        "How far it is: dead where something cannot be given, review where a refund waits for a person.",
        validate=OneOf(["waiting", "done", "dead", "review"]),
    )
    error = _text(_ERROR, allow_none=True)
    detail = _text(_DETAIL, allow_none=True)
    next_try_at = _time("When it is looked at again, or null.")
    received_at = _time("When the gateway was told of it first.")
    updated_at = _time("When it changed last.")
    lines = fields.List(fields.Nested(OrderLineSchema), required=True, metadata={"description": "Its lines."})
