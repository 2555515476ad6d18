"""The logout token and its way to the relying party (OpenID Connect Back-Channel Logout 1.0)."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from sandbox.idp.http_call import call
from sandbox.idp.logout_variant import LogoutVariant
from sandbox.idp.misbehaviour import Context, changed
from sandbox.idp.seal import header, sealed

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SECONDS_TO_ANSWER = 10


@dataclass(frozen=True)
class Notice:
    """How the relying party answered a logout token; status 0: it did not answer at all."""

    variant: str
    status: int
    body: str
    headers: Mapping[str, str]


def honest_claims(context: Context, sub: str, sid: str) -> dict[str, Any]:
    """The claims of a flawless logout token (section 2.4)."""
    now = int(time.time())
    return {
        "iss": context.issuer,
        "aud": context.client.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        "sub": sub,
        "sid": sid,
        "events": {EVENT: {}},
    }


def logout_token(variant: LogoutVariant, context: Context, sub: str, sid: str) -> str:
    """A logout token as the variant wants it."""
    claims = changed([variant.claims], honest_claims(context, sub, sid), context)
    head = changed([variant.header], {**header(context), "typ": "logout+jwt"}, context)
    return (variant.seal or sealed)(head, claims, context)


def send(variant: LogoutVariant, context: Context, sub: str, sid: str) -> Notice | None:
    """Post a logout token to the client's back-channel address; None when it has none."""
    address = context.client.backchannel_logout_uri
    if address is None:
        return None
    form = [("logout_token", logout_token(variant, context, sub, sid))]
    body = urlencode(changed([variant.form], form, context)).encode()
    notices = [_post(variant.name, address, body) for _ in range(variant.sends)]
    return notices[-1]


def _post(variant: str, address: str, body: bytes) -> Notice:
    try:
        answer = call("POST", address, body, "application/x-www-form-urlencoded", SECONDS_TO_ANSWER)
    except (OSError, HTTPException) as error:
        return Notice(variant, 0, str(error), {})
    return Notice(variant, answer.status, answer.body, answer.headers)
