"""The round trip to the identity provider."""

from gateway.errors.root import GatewayError


class SignInError(GatewayError):
    """The round trip to the identity provider."""


class SignInInterrupted(SignInError):
    """A sign-in that is unknown, expired, used up, or was begun in another browser."""

    code = "sign-in-interrupted"


class SignInDenied(SignInError):
    """The provider, or the person there, said no."""

    code = "sign-in-denied"


class NoRuleHolds(SignInError):
    """Only those may sign in for whom a rule of the mapping holds, and none does."""

    code = "no-rule-holds"


class PersonDeactivated(SignInError):
    """The directory that the identity provider pushes says that the person may not come in."""

    code = "person-deactivated"


class GroupsLeftOut(SignInError):
    """No rule of the mapping holds for somebody whose groups the provider left out because they are too many."""

    code = "groups-left-out"


class SignInNotTrusted(SignInError):
    """The provider's answer failed a check (Core 3.1.3.7 and the like)."""

    code = "sign-in-not-trusted"


class SignInMisconfigured(SignInError):
    """The identity provider refuses what the gateway is configured to ask: scope, secret, and the like."""

    code = "sign-in-misconfigured"


class ProviderUnavailable(SignInError):
    """The identity provider does not answer in time, or answers with a fault of its own."""

    code = "provider-unavailable"


class ProviderUnreachable(ProviderUnavailable):
    """No connection to the identity provider: its name, the network, or its certificate."""

    code = "provider-unreachable"
