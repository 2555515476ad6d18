"""An error as a machine is told of it: a problem of RFC 9457."""

from marshmallow import EXCLUDE, Schema, fields


class Answer(Schema):
    """A message that may have more members one day."""

    class Meta:
        """Whoever reads it passes over what it does not know."""

        unknown = EXCLUDE


class FaultSchema(Answer):
    """What is wrong with one member of a request."""

    pointer = fields.String(
        required=True,
        metadata={
            "description": "Where: a JSON pointer (RFC 6901) as a URI fragment.",
            "example": "#/person/email",
        },
    )
    detail = fields.String(required=True, metadata={"description": "What is wrong.", "example": "is missing"})


class ProblemSchema(Answer):
    """An error (RFC 9457)."""

    type = fields.String(
        required=True,
        metadata={
            "description": "A URN whose last part is the error's stable name.",
            "example": "urn:talentlms-gateway:problem:api-key-refused",
        },
    )
    title = fields.String(required=True, metadata={"description": "What it is, in a few words."})
    status = fields.Integer(required=True, metadata={"description": "The status of the answer.", "example": 401})
    detail = fields.String(required=True, metadata={"description": "What happened, and what can be done about it."})
    reference = fields.String(
        required=True,
        metadata={"description": "A code that also stands in the gateway's log.", "example": "7K2M-9QXD"},
    )
    errors = fields.List(
        fields.Nested(FaultSchema), metadata={"description": "With 422 alone: the members that are wrong."}
    )
