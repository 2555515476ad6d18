"""What the gateway remembers cannot be asked."""

from gateway.errors.root import GatewayError


class DatabaseUnavailable(GatewayError):
    """The database cannot be reached, or is at fault. Nobody is given an account by guess."""

    code = "database-unavailable"


class StoreUnavailable(GatewayError):
    """Redis cannot be reached. No session is trusted, no access is granted."""

    code = "store-unavailable"
