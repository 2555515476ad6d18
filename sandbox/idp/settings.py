"""The provider's ordinary switches, all changeable while it runs (`PATCH /_control/settings`)."""

from dataclasses import dataclass, fields, replace
from typing import Any

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
GRAPH = ("on", "forbidden", "too-many", "away", "slow", "not-json", "paged", "numbers", "text", "endless")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")


@dataclass(frozen=True)
class Settings:
    """What a well-behaved provider may do one way or another. Times are seconds, sizes bytes."""

    auto_pick: bool = False
    """Sign in the person whom `login_hint` names, or `auto_person`, without the picker."""
    auto_person: str | None = None
    """The person's id that `auto_pick` takes when the request has no `login_hint`."""
    signing_alg: str = "RS256"
    """One of RS256, PS256, ES256, EdDSA."""
    userinfo_signing_alg: str | None = None
    """None: UserInfo is JSON; otherwise a JWT signed with this algorithm."""
    pushed_requests: str = "off"
    """`off`, `on` or `required` (RFC 9126)."""
    callback_iss: bool = True
    """Send and advertise `iss` in the authorization response (RFC 9207)."""
    token_auth_methods: tuple[str, ...] = AUTH_METHODS
    """Which client authentications are advertised and accepted."""
    ask_before_logout: bool = False
    """Show a page with a button at the end-session endpoint even when the hint is good."""
    logout_origin: str | None = None
    """Another origin of this same provider, over which the end-session endpoint leads."""
    graph: str = "on"
    """How Microsoft Graph answers a question for somebody's groups: `on` tells them; see `graph` for the others."""
    code_seconds: int = 60
    id_token_seconds: int = 300
    access_token_seconds: int = 300
    slow_seconds: float = 20.0
    """How long a `…-slow` misbehaviour waits before it answers."""
    huge_bytes: int = 8 * 1024 * 1024
    """How long a `…-huge` misbehaviour's answer is."""

    def changed(self, changes: dict[str, Any]) -> "Settings":
        """A copy with these fields changed.

        Raises:
            ValueError: An unknown field or a value that the field does not allow; nothing is changed then.
        """
        known = {field.name for field in fields(self)}
        if unknown := set(changes) - known:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        if "token_auth_methods" in changes:
            changes = {**changes, "token_auth_methods": tuple(changes["token_auth_methods"])}
        settings = replace(self, **changes)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what no provider could do.

        Raises:
            ValueError: An unknown algorithm, method or mode.
        """
        if self.signing_alg not in ALGORITHMS:
            raise ValueError(f"signing_alg is one of {', '.join(ALGORITHMS)}")
        if self.userinfo_signing_alg not in (None, *ALGORITHMS):
            raise ValueError(f"userinfo_signing_alg is null or one of {', '.join(ALGORITHMS)}")
        if self.pushed_requests not in ("off", "on", "required"):
            raise ValueError("pushed_requests is off, on or required")
        if self.graph not in GRAPH:
            raise ValueError(f"graph is one of {', '.join(GRAPH)}")
        if not set(self.token_auth_methods) <= set(AUTH_METHODS):
            raise ValueError(f"token_auth_methods are of {', '.join(AUTH_METHODS)}")
