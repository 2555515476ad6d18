"""Something about this request, as a person or a machine sent it."""

from gateway.errors.root import GatewayError


class VisitorError(GatewayError):
    """Something about this request."""


class PageNotFound(VisitorError):
    """No such address."""

    code = "page-not-found"


class MethodNotAllowed(VisitorError):
    """The address exists, but not for this method."""

    code = "method-not-allowed"


class BadRequest(VisitorError):
    """A parameter twice, a malformed value, a body too long."""

    code = "bad-request"


class TooLong(VisitorError):
    """A form or a body that is longer than any of ours."""

    code = "too-long"


class FormExpired(VisitorError):
    """A form without its token, with another session's token, or sent from another site."""

    code = "form-expired"


class TooManyAttempts(VisitorError):
    """Too many sign-ins failed from this address or for this person."""

    code = "too-many-attempts"


class NotANavigation(VisitorError):
    """A script asked for an address that only a person's browser should visit."""

    code = "not-a-navigation"


class PasswordRefused(VisitorError):
    """User name or password not accepted; one message for every reason."""

    code = "password-refused"
