"""A relying party by hand: the shortest way through the provider, with nothing checked on the way."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from sandbox.idp import RunningProvider
from tests.patience import PATIENT_SECONDS

CALLBACK = "http://127.0.0.1:8000/callback/default"
SIGNED_OUT = "http://127.0.0.1:8000/signed-out"


def discovery(idp: RunningProvider) -> requests.Response:
    return requests.get(
        f"{idp.issuer}/.well-known/openid-configuration", timeout=PATIENT_SECONDS, allow_redirects=False
    )


def keys(idp: RunningProvider) -> dict[str, Any]:
    answer: dict[str, Any] = requests.get(discovery(idp).json()["jwks_uri"], timeout=PATIENT_SECONDS).json()
    return answer


def part(token: str, number: int) -> dict[str, Any]:
    """Header (0) or claims (1) of a token, unchecked."""
    text = token.split(".")[number]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


@dataclass
class SignIn:
    """One sign-in: a state, a nonce, a verifier, and a browser's cookies."""

    idp: RunningProvider
    login_hint: str = "kim.lee"
    browser: requests.Session = field(default_factory=requests.Session)
    state: str = field(default_factory=secrets.token_urlsafe)
    nonce: str = field(default_factory=secrets.token_urlsafe)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def request(self, **changes: str | None) -> dict[str, str]:
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        whole = {
            "client_id": self.idp.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile email",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": self.login_hint,
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def authorize(self, **changes: str | None) -> requests.Response:
        url = f"{self.idp.issuer}/authorize"
        return self.browser.get(url, params=self.request(**changes), allow_redirects=False, timeout=PATIENT_SECONDS)

    def callback(self, **changes: str | None) -> dict[str, list[str]]:
        answer = self.authorize(**changes)
        assert answer.status_code == 303, answer.text
        return parse_qs(urlsplit(answer.headers["Location"]).query)

    def redeem(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": self.verifier,
            **changes,
        }
        credentials = (self.idp.client_id, self.idp.client_secret)
        url = f"{self.idp.issuer}/token"
        return requests.post(url, data=form, auth=credentials, timeout=PATIENT_SECONDS, allow_redirects=False)

    def tokens(self, **changes: str | None) -> dict[str, Any]:
        answer: dict[str, Any] = self.redeem(self.callback(**changes)["code"][0]).json()
        return answer

    def userinfo(self, access_token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(
            f"{self.idp.issuer}/userinfo", headers=headers, timeout=PATIENT_SECONDS, allow_redirects=False
        )
