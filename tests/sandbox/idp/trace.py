"""What a whole sign-in looks like from outside, without what is new each time: two good ones are equal."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from sandbox.idp import RunningProvider
from tests.sandbox.idp.relying_party import CALLBACK, SignIn, part

SECONDS = 0.8
TIMES = ("iat", "exp", "auth_time", "nbf")


def observed(look: Callable[[], Any]) -> Any:
    """What was seen, or the name of what went wrong."""
    try:
        return look()
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        return type(error).__name__


def page(answer: requests.Response) -> tuple[Any, ...]:
    return answer.status_code, answer.headers.get("Content-Type"), len(answer.content), answer.json()


def coarse(claims: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Claims with times as distances, and what is random as whether it is right."""
    seen = dict(claims)
    for name in TIMES:
        if isinstance(seen.get(name), (int, float)) and abs(seen[name]) < 1e11:
            seen[name] = (type(seen[name]).__name__, round((seen[name] - time.time()) / 20))
    for name in ("sid", "at_hash"):
        seen[name] = name in claims
    return {**seen, "nonce": claims.get("nonce") == sent["nonce"]}


class Trace:
    """One sign-in, step by step; a step that fails leaves its failure behind and the next goes on."""

    def __init__(self, idp: RunningProvider) -> None:
        self._idp = idp
        self._sign_in = SignIn(idp)
        self._tokens: dict[str, Any] = {}

    def whole(self) -> str:
        """As text, because True and 1 are equal and not the same."""
        published, keys = self._kids(), observed(self._key_material)
        steps = {
            "discovery": observed(lambda: page(self._get("/.well-known/openid-configuration"))),
            "push": observed(self._push),
            "callback": observed(self._callback),
            "token": observed(self._token),
            "id_token": observed(lambda: self._id_token(published)),
            "userinfo": observed(self._userinfo),
            "keys": observed(self._keys),
            "replaced": observed(self._key_material) != keys,
        }
        return repr(steps)

    def _get(self, address: str, **options: Any) -> requests.Response:
        url = address if address.startswith("http") else f"{self._idp.issuer}{address}"
        return requests.get(url, timeout=SECONDS, allow_redirects=False, **options)

    def _jwks(self) -> dict[str, Any]:
        address = self._get("/elsewhere/discovery").json()["jwks_uri"]
        found: dict[str, Any] = self._get(address).json()
        return found

    def _kids(self) -> set[str]:
        found = self._get("/attacker/jwks").json()
        return {key.get("kid") for key in found["keys"]} if isinstance(found.get("keys"), list) else set()

    def _key_material(self) -> list[str]:
        return sorted(key.get("n") or key["x"] for key in self._jwks()["keys"])

    def _push(self) -> Any:
        answer = requests.post(
            f"{self._idp.issuer}/par",
            data=self._sign_in.request(),
            auth=(self._idp.client_id, self._idp.client_secret),
            timeout=SECONDS,
            allow_redirects=False,
        )
        return answer.status_code, sorted(answer.json())

    def _callback(self) -> Any:
        location = self._sign_in.authorize(acr_values="gold").headers["Location"]
        pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
        self._code = dict(pairs).get("code", "")
        known = {"code": "", "state": self._sign_in.state}
        return [(name, value == known[name] if known.get(name) else len(value)) for name, value in pairs]

    def _token(self) -> Any:
        answer = requests.post(
            f"{self._idp.issuer}/token",
            data={
                "grant_type": "authorization_code",
                "code": self._code,
                "redirect_uri": CALLBACK,
                "code_verifier": self._sign_in.verifier,
            },
            auth=(self._idp.client_id, self._idp.client_secret),
            timeout=SECONDS,
            allow_redirects=False,
        )
        self._tokens = answer.json()
        shape = {name: type(value).__name__ for name, value in self._tokens.items()}
        return answer.status_code, shape, self._tokens["token_type"]

    def _id_token(self, published: set[str]) -> Any:
        token = self._tokens["id_token"]
        head = part(token, 0)
        head["kid"] = head.get("kid") in published if "kid" in head else None
        return head, len(token) // 1000, coarse(part(token, 1), {"nonce": self._sign_in.nonce})

    def _userinfo(self) -> Any:
        bearer = {"Authorization": f"Bearer {self._tokens['access_token']}"}
        answer = self._get("/userinfo", headers=bearer)
        body = part(answer.text, 1) if answer.text.count(".") == 2 and "{" not in answer.text else answer.json()
        return answer.status_code, answer.headers["Content-Type"], body

    def _keys(self) -> Any:
        return [
            (key["kty"], key.get("use"), key.get("alg"), "kid" in key) for key in sorted(self._jwks()["keys"], key=str)
        ]
