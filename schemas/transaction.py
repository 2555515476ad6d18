"""A transaction: one sign-in on its way to the identity provider and back."""

from dataclasses import dataclass

RANDOM_BYTES = 32
"""How many bytes of chance state, nonce and code verifier have each, written as base64url (RFC 7636, 4.1)."""


@dataclass(frozen=True)
class Hints:
    """What somebody who sends a person here may say about how to ask them (Core 3.1.2.1); empty for nothing.

    Attributes:
        login_hint: who they probably are.
        prompt: ``login``, ``select_account`` or ``consent``.
        ui_locales: language tags, separated by spaces.
    """

    login_hint: str = ""
    prompt: str = ""
    ui_locales: str = ""


@dataclass(frozen=True)
class Transaction:
    """What has to be remembered between the authorization request and the callback (RFC 9700, 2.1).

    Attributes:
        state: the value that comes back; 256 bits of chance.
        nonce: the value that has to stand in the ID token; 256 bits of chance.
        code_verifier: PKCE's secret (RFC 7636, 4.1).
        provider: the name of the provider that was asked.
        target: our own path where the browser goes afterwards.
        begun_at: when the browser was sent to the provider, whole seconds since the epoch.
        hints: with which the provider was asked.
        again: whether it was begun by the gateway itself, because the one before had expired at the provider.
        chosen: whether the person chose the provider on a page of the gateway's.
    """

    state: str
    nonce: str
    code_verifier: str
    provider: str
    target: str
    begun_at: int
    hints: Hints = Hints()
    again: bool = False
    chosen: bool = False

    def __repr__(self) -> str:
        """Show what is not secret."""
        return f"Transaction(provider={self.provider!r}, target={self.target!r})"


@dataclass(frozen=True)
class Departure:
    """A sign-out on its way through TalentLMS and the identity provider.

    Attributes:
        provider: the name of the provider where the person signed in.
        id_token: for ``id_token_hint``; it waits here, because it must not travel through TalentLMS. Empty for none.
        state: what the provider is given along and returns (RP-Initiated Logout 1.0, 2).
        logout_hint: names the person where the ID token is too long, or empty.
    """

    provider: str
    id_token: str
    state: str
    logout_hint: str = ""

    def __repr__(self) -> str:
        """Show what is not secret."""
        return f"Departure(provider={self.provider!r})"
