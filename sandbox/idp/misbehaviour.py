"""What a misbehaviour is: a name, where it is asked for, one sentence, and the changes it makes on the way."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from flask import Response

from sandbox.idp.client import Client
from sandbox.idp.keys import KeyRing
from sandbox.idp.settings import Settings

Value = TypeVar("Value")
Json = dict[str, Any]
Parameters = list[tuple[str, str]]
Expected = Literal["refuse", "accept", "either"]


@dataclass(frozen=True)
class Context:
    """What a change may look at. `request` is the authorization request; empty outside a sign-in."""

    issuer: str
    client: Client
    keys: KeyRing
    settings: Settings
    closing: threading.Event
    request: Mapping[str, str] = field(default_factory=dict)
    access_token: str = ""

    def signing(self, alg: str) -> "Context":
        """The same context with another signing algorithm set."""
        return replace(self, settings=replace(self.settings, signing_alg=alg))


Change = Callable[[Value, Context], Value]
Seal = Callable[[Json, Json, Context], str]
Body = Callable[[Json, Context], tuple[str, str]]
Replacement = Callable[[Context], Response | None]


@dataclass(frozen=True, kw_only=True)
class Misbehaviour:
    """One way to be wrong (or unusual), declared once.

    Attributes:
        name: What the control plane calls it.
        sources: Conformance test ids, or `statement <number>` of `docs/oidc-conformance.md`.
        meaning: One sentence: what the provider does.
        expected: What a careful relying party that has nothing cached does with the sign-in (or logout) which it
            befalls: refuse, accept, or either, where that depends on its settings or on what it asked for.
        metadata: Changes the discovery document.
        jwks: Changes the JWK Set.
        callback: Changes the parameters of the authorization response.
        before_signing: Called right before an ID Token is signed.
        claims: Changes the ID Token's claims.
        header: Changes the ID Token's JOSE header.
        seal: Turns header and claims into a token instead of the ordinary signature.
        token_answer: Changes the token endpoint's JSON.
        userinfo: Changes the UserInfo claims.
        userinfo_body: Turns UserInfo claims into a body and its media type instead of the ordinary JSON or JWT.
        instead: By endpoint, an answer instead of the ordinary one; None: go on, late perhaps.
        after_logout: Changes the parameters of the redirect to `post_logout_redirect_uri`.
        logout_variant: The logout token that is sent at logout, by its variant's name.
    """

    name: str
    sources: tuple[str, ...]
    meaning: str
    expected: Expected = "refuse"
    metadata: Change[Json] | None = None
    jwks: Change[Json] | None = None
    callback: Change[Parameters] | None = None
    before_signing: Callable[[Context], None] | None = None
    claims: Change[Json] | None = None
    header: Change[Json] | None = None
    seal: Seal | None = None
    token_answer: Change[Json] | None = None
    userinfo: Change[Json] | None = None
    userinfo_body: Body | None = None
    instead: Mapping[str, Replacement] = field(default_factory=dict)
    after_logout: Change[Parameters] | None = None
    logout_variant: str | None = None

    @property
    def counts(self) -> Literal["sign-in", "logout", "fetch"]:
        """What one of its `times` is: a completed authorization, a logout, or a request to what it affects."""
        signs_in = (self.callback, self.before_signing, self.claims, self.header, self.seal)
        if any((*signs_in, self.token_answer, self.userinfo, self.userinfo_body)):
            return "sign-in"
        return "logout" if self.after_logout or self.logout_variant else "fetch"


def changed(changes: Iterable[Change[Value] | None], value: Value, context: Context) -> Value:
    """The value after every change that there is, in order."""
    for change in changes:
        if change is not None:
            value = change(value, context)
    return value
