"""What storefronts ask for by ``/api/v1``, and the launches that they are given."""

from collections import abc

from gateway.errors.request import VisitorError
from schemas import launch


class ApiKeyRefused(VisitorError):
    """No key of a storefront came with the request, or none that is in force."""

    code = "api-key-refused"


class RequestMembersRefused(VisitorError):
    """Members of a request have the wrong type, are missing, are unknown, or name what is not there.

    Args:
        faults: which, and what is wrong with each.
    """

    code = "request-members-refused"

    def __init__(self, faults: abc.Sequence[launch.Fault] = ()) -> None:
        super().__init__(f"{len(faults)} members; the answer names them")
        self.faults = faults


class RequestKeyReused(VisitorError):
    """The same ``Idempotency-Key`` came with another request before."""

    code = "request-key-reused"


class TooManyLaunches(VisitorError):
    """A storefront has asked for more launches than are kept at once."""

    code = "too-many-launches"


class LaunchUsed(VisitorError):
    """A launch that was used already, or is being used in another browser."""

    code = "launch-used"


class LaunchExpired(VisitorError):
    """A launch that nobody pressed in time, or that there never was."""

    code = "launch-expired"
