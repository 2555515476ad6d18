"""How we are registered at a provider, and what a sign-in there asks for and brings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from gateway.oidc.client_authentication import ClientAuthentication
from gateway.oidc.presets import PRESETS, Preset
from schemas.identity import Identity
from schemas.secret import Secret


@dataclass(frozen=True, kw_only=True)
class Registration:
    """How we are registered at a provider.

    Attributes:
        name: of the entry in the settings.
        issuer: byte for byte.
        client_id: ours.
        authenticate: how we prove to be this client.
        redirect_uri: the callback's address, exactly as registered.
        signed_out_uri: where the provider sends the browser after a sign-out.
        scopes: what is asked for, always the same.
        algorithms: that may sign a token.
        userinfo: ``always``, ``missing`` (when the ID token has no e-mail address) or ``never``.
        preset: the product's peculiarities.
        acr_values: authentication context classes, of which one is demanded; empty for any.
        max_age: seconds since the person last proved themselves, at most; ``None`` for any.
        trusted_audiences: what a token's ``aud`` may name besides us.
        pushed: whether the request is pushed to the provider first, where it can be (RFC 9126).
    """

    name: str
    issuer: str
    client_id: str
    authenticate: ClientAuthentication
    redirect_uri: str
    signed_out_uri: str
    scopes: tuple[str, ...]
    algorithms: tuple[str, ...]
    userinfo: str = "always"
    preset: Preset = PRESETS["generic"]
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    trusted_audiences: frozenset[str] = frozenset()
    pushed: bool = False


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in brought.

    Attributes:
        identity: who it is.
        id_token: kept for the ``id_token_hint`` of the logout, and for nothing else; empty where it is too long.
        sub: the ID token's own ``sub``, which the provider's logout notices name.
        sid: the provider's session id, or empty.
        logout_hint: what names the person at the logout where the ID token cannot; empty for nothing.
        claims: all that was told, such as groups, as it was told; for the sign-in alone, kept in no session.
    """

    identity: Identity
    id_token: Secret = field(repr=False)
    sub: str
    sid: str
    logout_hint: str = ""
    claims: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
