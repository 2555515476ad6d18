"""One telling of an event, and what the gateway answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.storefront.event import Event
from sandbox.storefront.http_call import Answer


@dataclass(frozen=True)
class Delivery:
    """What was posted and what came back.

    Attributes:
        number: its place among all of them.
        event: what was told.
        url: where it was posted to.
        headers: what stood beside the body.
        is_forged: whether it was signed with another secret.
        answer: what came back.
        at: when, seconds since 1970 UTC.
        milliseconds: how long the answer took.
    """

    number: int
    event: Event
    url: str
    headers: Mapping[str, str]
    is_forged: bool
    answer: Answer
    at: float
    milliseconds: float

    @property
    def answered(self) -> str:
        """The status for people."""
        if not self.answer.status:
            return "no answer"
        try:
            return f"{self.answer.status} {HTTPStatus(self.answer.status).phrase}"
        except ValueError:
            return str(self.answer.status)
