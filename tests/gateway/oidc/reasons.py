"""Why each misbehaviour of the provider has to be refused: the error's code, and the words that its note must have."""

from gateway.errors import (
    BadRequest,
    ProviderUnavailable,
    SignInDenied,
    SignInInterrupted,
    SignInMisconfigured,
    SignInNotTrusted,
)

NO_JWT = "not a signed JWT"
NO_KEY = "no key of the provider"

_REASONS = (
    # --- who it is, and for whom
    (SignInNotTrusted, r"\biss\b", "invalid-iss missing-iss iss-trailing-slash iss-longer"),
    (
        SignInNotTrusted,
        r"\bsub\b",
        "missing-sub empty-sub sub-number sub-list sub-non-ascii sub-too-long",
    ),
    (SignInNotTrusted, r"longer than \d+ bytes", "huge-token"),
    (
        SignInNotTrusted,
        r"\baud\b",
        (
            "invalid-aud missing-aud aud-empty-list aud-longer aud-object aud-other-azp-ours aud-two-with-azp "
            "aud-two-without-azp aud-two-with-foreign-azp"
        ),
    ),
    (SignInNotTrusted, r"\bazp\b", "azp-foreign"),
    (SignInNotTrusted, r"ID token: nonce\b", "nonce-invalid nonce-missing nonce-list"),
    (SignInNotTrusted, r"\bat_hash\b", "invalid-at-hash"),
    # --- times
    (SignInNotTrusted, r"\bexp\b", "exp-past exp-missing exp-text exp-1e300 exp-true exp-null"),
    (SignInNotTrusted, rf"\bexp\b|{NO_JWT}", "exp-nan exp-infinity"),
    (SignInNotTrusted, r"\biat\b", "iat-missing iat-yesterday iat-future iat-text iat-1e300"),
    (SignInNotTrusted, rf"\biat\b|{NO_JWT}", "iat-nan"),
    (SignInNotTrusted, r"\bnbf\b", "nbf-future nbf-text"),
    # --- signatures, headers, keys
    (
        SignInNotTrusted,
        NO_KEY,
        (
            "invalid-sig-rs256 invalid-sig-ps256 invalid-sig-es256 invalid-sig-eddsa sig-left-out sig-one-bit-off "
            "sig-claims-swapped sig-another-algorithm jku-attacker x5u-attacker jwk-attacker kid-unknown jwks-without-own "
            "jwks-own-for-encryption jwks-no-keys"
        ),
    ),
    (
        SignInNotTrusted,
        r"alg 'HS256'",
        "invalid-sig-hs256 sig-hs256-client-secret sig-hs256-public-key sig-hs256-published-key",
    ),
    (SignInNotTrusted, r"(?i)alg 'none'", "sig-none sig-none-unadvertised sig-none-mixed-case"),
    (SignInNotTrusted, r"critical", "crit-unknown crit-empty"),
    (SignInNotTrusted, NO_JWT, "payload-list payload-not-json token-not-a-jwt token-five-parts"),
    (SignInNotTrusted, r"kid is not a string", "kid-number"),
    (SignInNotTrusted, r"key set", "jwks-without-keys jwks-keys-text"),
    # --- the authorization response
    (SignInNotTrusted, r"another issuer", "callback-iss-foreign callback-iss-trailing-slash"),
    (SignInNotTrusted, r"lacks iss", "callback-iss-missing"),
    (BadRequest, r"\biss\b", "callback-iss-duplicated"),
    (BadRequest, r"\bstate\b", "state-duplicated"),
    (BadRequest, r"\bcode\b", "code-duplicated"),
    (BadRequest, r"\berror\b", "error-duplicated"),
    (SignInInterrupted, r"nothing that this browser began", "state-wrong state-missing state-empty"),
    (
        SignInDenied,
        r"to nothing that this browser began: access_denied: The provider says no",
        "error-without-state error-wrong-state",
    ),
    (SignInNotTrusted, r"neither a code nor an error", "code-missing code-empty"),
    (
        SignInInterrupted,
        r"^token endpoint at 127\.0\.0\.1:\d+: status \d+: invalid_grant: ",
        "code-unknown token-invalid-grant token-error-with-200",
    ),
    (
        SignInMisconfigured,
        r"^token endpoint at 127\.0\.0\.1:\d+: status 40[01]: (invalid|unauthorized)_client: ",
        "token-invalid-client token-unauthorized-client",
    ),
    (SignInMisconfigured, r"^token endpoint at 127\.0\.0\.1:\d+: status 401: text/html", "token-401-html"),
    (SignInDenied, r"^token endpoint at .*: status 403: access_denied: ", "token-access-denied"),
    (
        ProviderUnavailable,
        r"^token endpoint at .*: status 503: temporarily_unavailable: ",
        "token-temporarily-unavailable",
    ),
    (ProviderUnavailable, r"^authorization response: server_error", "code-and-error error-server-error"),
    (ProviderUnavailable, r"^authorization response: temporarily_unavailable", "error-temporarily-unavailable"),
    (SignInInterrupted, r"^authorization response: .*authentication_expired", "error-authentication-expired"),
    (SignInDenied, r"^authorization response: access_denied", "error-access-denied error-nasty error-long"),
    *(
        (SignInDenied, rf"^authorization response: {code}", f"error-{code.replace('_', '-')}")
        for code in ("login_required", "interaction_required", "consent_required", "account_selection_required")
    ),
    *(
        (SignInMisconfigured, rf"^authorization response: {code}", f"error-{code.replace('_', '-')}")
        for code in ("invalid_request", "invalid_scope", "unauthorized_client")
    ),
    (SignInMisconfigured, r"Pushed Authorization Request must be used", "error-par-required"),
    (SignInMisconfigured, r"^authorization response: .*access_denied", "error-nasty-code"),
    (SignInMisconfigured, r"^authorization response: out_of_coffee", "error-unknown"),
    # --- the token answer and UserInfo
    (
        SignInNotTrusted,
        r"lacks an ID token or an access token",
        (
            "token-without-id-token token-id-token-null token-id-token-object token-without-access-token "
            "token-access-token-number"
        ),
    ),
    (SignInNotTrusted, rf"lacks an ID token|{NO_JWT}", "token-id-token-empty"),
    (
        SignInNotTrusted,
        r"UserInfo: .*subject",
        "userinfo-invalid-sub userinfo-missing-sub userinfo-signed-wrong-sub",
    ),
    (SignInNotTrusted, rf"UserInfo: {NO_KEY}", "userinfo-signed-forged"),
    (SignInNotTrusted, r"UserInfo: alg 'none'", "userinfo-signed-none"),
    (SignInNotTrusted, r"UserInfo: alg 'HS256'", "userinfo-signed-hs256"),
    (SignInNotTrusted, r"UserInfo: aud\b", "userinfo-signed-wrong-aud userinfo-signed-two-auds"),
    (SignInNotTrusted, r"UserInfo: iss\b", "userinfo-signed-wrong-iss"),
    (SignInNotTrusted, rf"UserInfo: {NO_JWT}", "userinfo-json-as-jwt"),
    (ProviderUnavailable, r"UserInfo endpoint: not a JSON object", "userinfo-jwt-as-json userinfo-claims-in-list"),
    # --- what the provider publishes
    (
        SignInNotTrusted,
        r"the metadata names issuer",
        "discovery-issuer-mismatch discovery-issuer-trailing-slash discovery-without-issuer",
    ),
    (
        SignInNotTrusted,
        r"authorization_endpoint",
        "discovery-without-authorization discovery-http-authorization discovery-javascript-authorization",
    ),
    (
        SignInNotTrusted,
        r"token_endpoint",
        "discovery-without-token discovery-http-token discovery-relative-token discovery-token-number",
    ),
    (SignInNotTrusted, r"jwks_uri", "discovery-without-jwks discovery-http-jwks discovery-file-jwks"),
)
_BROKEN = "500 503 html not-json empty list huge drip down redirect"
_BROKEN_ENDPOINTS = {
    "discovery": r"^metadata at ",
    "jwks": r"^keys at ",
    "token": r"^token endpoint( at 127\.0\.0\.1:\d+)?: ",
}

REASONS = {
    **{name: (error, words) for error, words, names in _REASONS for name in names.split()},
    **{
        f"{endpoint}-{kind}": (ProviderUnavailable, words)
        for endpoint, words in _BROKEN_ENDPOINTS.items()
        for kind in _BROKEN.split()
    },
    "everything-down": (ProviderUnavailable, r"^metadata at "),
}
