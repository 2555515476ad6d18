"""What is wrong with a request, as RFC 7644, 3.12 and RFC 9865, 2 name it."""

from http import HTTPStatus
from typing import Literal

ScimType = Literal[
    "",
    "invalidFilter",
    "invalidPath",
    "invalidSyntax",
    "invalidValue",
    "invalidCursor",
    "invalidCount",
    "mutability",
    "noTarget",
    "tooMany",
    "uniqueness",
]


class ScimError(Exception):
    """A request that is refused; the client's administrator reads why.

    Args:
        detail: what is wrong, and what to change.
        scim_type: the protocol's name for it; empty where it has none.
        status: of the answer.
        retry_after: seconds after which it may be tried again; 0 where that is not known.
    """

    def __init__(
        self, detail: str, scim_type: ScimType = "", status: HTTPStatus = HTTPStatus.BAD_REQUEST, retry_after: int = 0
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.scim_type = scim_type
        self.status = status
        self.retry_after = retry_after


def not_found(what: str) -> ScimError:
    """Return the error of an address at which there is nothing."""
    return ScimError(f"There is no {what}.", status=HTTPStatus.NOT_FOUND)


def taken(attribute: str) -> ScimError:
    """Return the error of a value that somebody else has and two may not have."""
    detail = f"Another resource of this connection has this {attribute}; give each its own."
    return ScimError(detail, "uniqueness", HTTPStatus.CONFLICT)
