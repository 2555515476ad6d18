"""Why each misbehaviour of the provider has to be refused: the error's code, and the words that its note must have."""

from gateway.errors import (
    BadRequest,
    ProviderUnavailable,
    SignInDenied,
    SignInInterrupted,
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
    (SignInNotTrusted, r"\bnonce\b", "nonce-invalid nonce-missing nonce-list"),
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
    (SignInInterrupted, r"", "state-wrong state-missing state-empty error-without-state"),
    (SignInNotTrusted, r"neither a code nor an error", "code-missing code-empty"),
    (SignInNotTrusted, r"token endpoint: invalid_grant", "code-unknown token-invalid-grant token-error-with-200"),
    (SignInNotTrusted, r"token endpoint: invalid_client", "token-invalid-client"),
    (ProviderUnavailable, r"^server_error", "code-and-error error-server-error"),
    (ProviderUnavailable, r"^temporarily_unavailable", "error-temporarily-unavailable"),
    (SignInDenied, r"access_denied", "error-access-denied error-nasty error-nasty-code error-long"),
    (SignInDenied, r"^login_required", "error-login-required"),
    (SignInDenied, r"^interaction_required", "error-interaction-required"),
    (SignInDenied, r"^consent_required", "error-consent-required"),
    (SignInDenied, r"^invalid_request", "error-invalid-request"),
    (SignInDenied, r"^out_of_coffee", "error-unknown"),
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
        r"userinfo.*subject",
        "userinfo-invalid-sub userinfo-missing-sub userinfo-signed-wrong-sub",
    ),
    (SignInNotTrusted, rf"userinfo: {NO_KEY}", "userinfo-signed-forged"),
    (SignInNotTrusted, r"userinfo: alg 'none'", "userinfo-signed-none"),
    (SignInNotTrusted, r"userinfo: alg 'HS256'", "userinfo-signed-hs256"),
    (SignInNotTrusted, r"\baud\b", "userinfo-signed-wrong-aud userinfo-signed-two-auds"),
    (SignInNotTrusted, r"\biss\b", "userinfo-signed-wrong-iss"),
    (SignInNotTrusted, rf"userinfo: {NO_JWT}", "userinfo-json-as-jwt"),
    (ProviderUnavailable, r"userinfo: not a JSON object", "userinfo-jwt-as-json userinfo-claims-in-list"),
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
_BROKEN_ENDPOINTS = {"discovery": r"openid-configuration: ", "jwks": r"/jwks/\w+: ", "token": r"token endpoint: "}

REASONS = {
    **{name: (error, words) for error, words, names in _REASONS for name in names.split()},
    **{
        f"{endpoint}-{kind}": (ProviderUnavailable, words)
        for endpoint, words in _BROKEN_ENDPOINTS.items()
        for kind in _BROKEN.split()
    },
    "everything-down": (ProviderUnavailable, r"openid-configuration: "),
}
