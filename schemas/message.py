"""How a message becomes a record: a marshmallow schema that ends in a frozen dataclass."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, post_load


class Message(Schema):
    """A message from outside. Unknown keys are passed over, so that a new one never breaks a reply.

    A subclass names the dataclass that it becomes in ``record_type``; ``load`` answers an instance of it and raises
    ``marshmallow.ValidationError`` for what it cannot read.
    """

    record_type: ClassVar[type]

    class Meta:
        """TalentLMS and identity providers add keys as they please."""

        unknown = EXCLUDE

    @post_load
    def _as_record(self, data: Mapping[str, Any], **_: Any) -> Any:
        return self.record_type(**data)
