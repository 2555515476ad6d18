"""The relying party that this provider knows: one client, registered by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Client:
    """A registered client (OpenID Connect Dynamic Registration 1.0, section 2, names its fields).

    Every address is compared as an exact string. `jwks` holds the public keys for `private_key_jwt`, as a JWK Set.
    """

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    frontchannel_logout_uri: str | None = None
    initiate_login_uri: str | None = None
    jwks: Mapping[str, Any] | None = None
