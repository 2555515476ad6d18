"""A customer whom a storefront sends with a signed token."""

from gateway.errors.root import GatewayError


class HandoffRefused(GatewayError):
    """A hand-off token that is malformed, has expired, or is not one of a storefront's.

    Args:
        note: as for every error; it holds nothing of the token.
        storefront: the name of the one that the token says it is of; empty for none of ours.
    """

    code = "handoff-refused"

    def __init__(self, note: str = "", *, storefront: str = "") -> None:
        super().__init__(note)
        self.storefront = storefront


class HandoffUsed(GatewayError):
    """A hand-off token that was used before."""

    code = "handoff-used"


class HandoffKeysUnavailable(GatewayError):
    """The keys by which a storefront signs its hand-off tokens cannot be fetched, or none of them can be used."""

    code = "handoff-keys-unavailable"
