"""A relying party that checks everything and names what is wrong; it caches nothing and shares no code with the provider."""

import base64
import hashlib
import hmac
import json
import math
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptography.exceptions import InvalidSignature
from joserfc.jwk import JWKRegistry
from joserfc.jws import JWSRegistry

from tests.sandbox.idp.relying_party import CALLBACK, SignIn

PINNED = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
LONGEST_TOKEN = 16 * 1024
LONGEST_BODY = 1024 * 1024
SKEW = 120
SECONDS = 0.8


class Fault(Exception):
    """What a careful relying party refuses."""


def require(condition: Any, fault: str) -> None:
    if not condition:
        raise Fault(fault)


def read(method: str, url: Any, **options: Any) -> tuple[str, bytes]:
    """One careful request: no redirects, a limit of time and size. Returns media type and body."""
    require(isinstance(url, str) and url.startswith("http://127.0.0.1:"), f"address {url!r}")
    until = time.monotonic() + 2 * SECONDS
    try:
        with requests.request(method, url, timeout=SECONDS, allow_redirects=False, stream=True, **options) as answer:
            require(answer.status_code in (200, 201), f"status {answer.status_code}")
            body = b""
            for chunk in answer.iter_content(8192):
                body += chunk
                require(len(body) <= LONGEST_BODY, "too long")
                require(time.monotonic() < until, "too slow")
            return answer.headers.get("Content-Type", "").partition(";")[0], body
    except requests.RequestException as error:
        raise Fault(f"no answer: {type(error).__name__}") from error


def no_constant(text: str) -> Any:
    raise Fault(f"{text} is no JSON")


def parsed(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, parse_constant=no_constant)
    except ValueError as error:
        raise Fault("not JSON") from error
    require(isinstance(value, dict), "not an object")
    return value


def decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise Fault("not base64url") from error


def metadata(issuer: str) -> dict[str, Any]:
    document = parsed(read("GET", f"{issuer}/.well-known/openid-configuration")[1])
    require(document.get("issuer") == issuer, "issuer of the metadata")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = document.get(name)
        require(isinstance(address, str) and address.startswith("http://127.0.0.1:"), name)
    return document


def callback(location: str, sign_in: SignIn, document: dict[str, Any]) -> str:
    require(location.startswith(CALLBACK), "redirect URI")
    pairs = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    require(max(Counter(name for name, _ in pairs).values()) == 1, "a parameter is repeated")
    answer = dict(pairs)
    require(answer.get("state") == sign_in.state, "state")
    if "iss" in answer or document.get("authorization_response_iss_parameter_supported"):
        require(answer.get("iss") == sign_in.idp.issuer, "iss of the response")
    require("error" not in answer, f"error {answer.get('error')}")
    require(answer.get("code"), "code")
    return answer["code"]


def finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value < 1e11


def verified(token: Any, jwks: dict[str, Any]) -> dict[str, Any]:
    require(isinstance(token, str) and len(token) <= LONGEST_TOKEN and token.count(".") == 2, "shape of the token")
    head, body, mark = token.split(".")
    header = parsed(decoded(head))
    require(header.get("alg") in PINNED, "alg")
    require("crit" not in header, "crit")
    keys = [key for key in jwks["keys"] if fits(key, header)]
    text = f"{head}.{body}".encode()
    require(any(signed(header["alg"], text, decoded(mark), key) for key in keys), "signature")
    return parsed(decoded(body))


def fits(key: dict[str, Any], header: dict[str, Any]) -> bool:
    if key.get("kty") != PINNED[header["alg"]] or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", header["alg"]) != header["alg"]:
        return False
    return "kid" not in header or key.get("kid", header["kid"]) == header["kid"]


def signed(alg: str, text: bytes, mark: bytes, key: dict[str, Any]) -> bool:
    try:
        return JWSRegistry.algorithms[alg].verify(text, mark, JWKRegistry.import_key(key))
    except (InvalidSignature, ValueError):
        return False


def check_claims(claims: dict[str, Any], sign_in: SignIn, access_token: str, alg: str) -> None:
    now, ours = time.time(), sign_in.idp.client_id
    require(claims.get("iss") == sign_in.idp.issuer, "iss")
    sub = claims.get("sub")
    require(isinstance(sub, str) and 0 < len(sub) <= 255 and sub.isascii(), "sub")
    require(claims.get("aud") in (ours, [ours]), "aud")
    require(claims.get("azp", ours) == ours, "azp")
    require(claims.get("nonce") == sign_in.nonce, "nonce")
    require(finite(claims.get("exp")) and claims["exp"] > now - SKEW, "exp")
    require(finite(claims.get("iat")) and now - 600 - SKEW < claims["iat"] < now + SKEW, "iat")
    require("nbf" not in claims or (finite(claims["nbf"]) and claims["nbf"] < now + SKEW), "nbf")
    if "at_hash" in claims:
        require(hmac.compare_digest(half_hash(access_token, alg), str(claims["at_hash"])), "at_hash")


def half_hash(access_token: str, alg: str) -> str:
    digest = hashlib.new("sha512" if alg == "EdDSA" else "sha256", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def userinfo(document: dict[str, Any], access_token: str, sub: str, sign_in: SignIn, jwks: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {access_token}"}
    media_type, body = read("GET", document["userinfo_endpoint"], headers=bearer)
    if media_type == "application/jwt":
        claims = verified(body.decode(), jwks)
        require(claims.get("iss", sign_in.idp.issuer) == sign_in.idp.issuer, "iss of the UserInfo")
        require(claims.get("aud", sign_in.idp.client_id) == sign_in.idp.client_id, "aud of the UserInfo")
    else:
        require(media_type == "application/json", "media type of the UserInfo")
        claims = parsed(body)
    require(claims.get("sub") == sub, "sub of the UserInfo")


def sign_in_strictly(sign_in: SignIn) -> dict[str, Any]:
    """Sign in and check; returns the ID Token's claims, or raises Fault."""
    document = metadata(sign_in.idp.issuer)
    location = sign_in.authorize().headers["Location"]
    code = callback(location, sign_in, document)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": sign_in.verifier,
    }
    credentials = (sign_in.idp.client_id, sign_in.idp.client_secret)
    tokens = parsed(read("POST", document["token_endpoint"], data=form, auth=credentials)[1])
    access_token = tokens.get("access_token")
    require(isinstance(access_token, str) and access_token, "access token")
    jwks = parsed(read("GET", document["jwks_uri"])[1])
    require(isinstance(jwks.get("keys"), list), "keys")
    claims = verified(tokens.get("id_token"), jwks)
    check_claims(claims, sign_in, access_token, parsed(decoded(tokens["id_token"].split(".")[0]))["alg"])
    if document.get("userinfo_endpoint"):
        userinfo(document, access_token, claims["sub"], sign_in, jwks)
    return claims
