"""What the API refuses, and in which words.

::

    ApiError                400  invalid_request_error
    ├── InvalidArguments    400
    ├── Unauthorized        401
    ├── Missing             404  never was there, or was removed for good
    │   └── Gone            404  was there, and is archived
    └── Throttled           429  or 403, as the quirk says

The texts are the ones that clients match on. Where a text is not known from anywhere, the sandbox's own is used and
the README says so.
"""


class ApiError(Exception):
    """A refusal: the exception's text is the message of the answer."""

    status = 400
    kind = "invalid_request_error"


class InvalidArguments(ApiError):
    """An argument is missing, unknown, empty or of the wrong type."""

    def __init__(self) -> None:
        super().__init__("Invalid arguments provided")


class Unauthorized(ApiError):
    """The key is not the domain's key."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Invalid API Key provided")


class Missing(ApiError):
    """The thing that the call is about does not exist. ``thing`` is ``user``, ``course``, ``unit`` and so on."""

    status = 404

    def __init__(self, thing: str) -> None:
        super().__init__(f"The requested {thing} does not exist")


class UnknownAction(ApiError):
    """The address names no operation."""

    status = 404

    def __init__(self) -> None:
        super().__init__("The requested API action does not exist")


class Gone(ApiError):
    """The user is archived."""

    status = 404

    def __init__(self) -> None:
        super().__init__("The requested user is no longer available")


class Throttled(ApiError):
    """Too many calls. ``wait`` is the number of seconds until the next one would pass."""

    status = 429
    kind = "api_error"

    def __init__(self, wait: int) -> None:
        super().__init__("API rate limit exceeded. Please try again later")
        self.wait = wait
