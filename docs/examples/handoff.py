#!/usr/bin/env python3
"""Hands a customer of your shop over to their training, by HS256: no library is needed.

Make the address when the customer clicks, and send the browser there at once: it works for two minutes, and once.
In Django, for somebody who is signed in to the shop:

    user = request.user
    if not user.pk:
        return redirect("/sign-in")  # else every guest would be one customer
    customer = {"sub": str(user.pk), "email": user.email, "first_name": user.first_name, "last_name": user.last_name}
    return redirect(handoff_url(customer, {"course": 12}, gateway, "shop", key))
"""

import base64
import hmac
import json
import os
import secrets
import sys
import time
from typing import Any


def base64url(content: bytes) -> str:
    """Return base64url without padding, as tokens have it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def handoff_url(customer: dict[str, Any], target: dict[str, Any], gateway: str, storefront: str, key: str) -> str:
    """Return the address that leads a customer to their training.

    Args:
        customer: sub (your customer's id; leave it out for a guest), email, email_verified, first_name, last_name.
        target: one of {"dashboard": True}, {"course": 12}, {"buy_course": 12}, {"buy_category": 3}.
        gateway: its public address, without a slash at its end.
        storefront: the storefront's name in the gateway's settings.
        key: the one that it shares with the gateway.
    """
    now = int(time.time())
    header = {"alg": "HS256", "typ": "tlms-handoff+jwt"}
    claims = customer | {
        "iss": storefront,
        "aud": gateway,
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_hex(16),
        "target": target,
    }
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    token = f"{signed}.{base64url(hmac.digest(key.encode(), signed.encode(), 'sha256'))}"
    return f"{gateway}/handoff?token={token}"


# To try it: python3 handoff.py < customer.json
if __name__ == "__main__":
    asked = json.load(sys.stdin)
    settings = [os.environ[name] for name in ("TRAINING_URL", "STOREFRONT", "HANDOFF_KEY")]
    sys.stdout.write(f"{handoff_url(asked['customer'], asked['target'], *settings)}\n")
