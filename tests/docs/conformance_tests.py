"""The OpenID Foundation's tests for relying parties: those that are played here, and why the others are not.

``oidcc-…`` are the ids of the conformance suite, ``rp-…`` those of the suite before it.
"""

_SUITE = "oidcc-client-test"
_LOGOUT = f"{_SUITE}-rp-backchannel-rpinitlogout"
_WRONG_TOKENS = ("alg-none", "no-event", "with-nonce", "wrong-alg", "wrong-aud", "wrong-event", "wrong-iss")

PLAYED = {
    "Basic": (
        _SUITE,
        *(
            f"{_SUITE}-{name}"
            for name in (
                "invalid-iss",
                "missing-sub",
                "invalid-aud",
                "missing-iat",
                "kid-absent-single-jwks",
                "kid-absent-multiple-jwks",
                "idtoken-sig-rs256",
                "idtoken-sig-none",
                "invalid-sig-rs256",
                "userinfo-invalid-sub",
                "nonce-invalid",
                "scope-userinfo-claims",
                "client-secret-basic",
            )
        ),
    ),
    "Configuration": tuple(
        f"{_SUITE}-{name}"
        for name in (
            "discovery-openid-config",
            "discovery-jwks-uri-keys",
            "discovery-issuer-mismatch",
            "signing-key-rotation-just-before-signing",
            "signing-key-rotation",
        )
    ),
    "RP-initiated logout": tuple(
        f"{_SUITE}-rp-{name}" for name in ("init-logout", "init-logout-other-state", "init-logout-no-state")
    ),
    "Back-channel logout": (_LOGOUT, *(f"{_LOGOUT}-{name}" for name in _WRONG_TOKENS)),
    "Front-channel logout": (
        f"{_SUITE}-rp-frontchannel-rpinitlogout",
        f"{_SUITE}-rp-frontchannel-opinitlogout",
    ),
    "Third-party-initiated login": (f"{_SUITE}-3rd-party-init-login",),
    "Further ones": tuple(
        f"{_SUITE}-{name}"
        for name in (
            "userinfo-signed",
            "userinfo-bearer-header",
            "invalid-athash",
            "missing-athash",
            "missing-aud",
            "invalid-sig-es256",
            "invalid-sig-hs256",
            "nonce-unless-code-flow",
        )
    ),
    "Those of the suite before": (
        "rp-3rd_party-init-login",
        "rp-backchannel-rpinitlogout",
        "rp-backchannel-rpinitlogout-lt-alg-none",
        "rp-backchannel-rpinitlogout-lt-no-event",
        "rp-backchannel-rpinitlogout-lt-with-nonce",
        "rp-backchannel-rpinitlogout-lt-wrong-alg",
        "rp-backchannel-rpinitlogout-lt-wrong-aud",
        "rp-backchannel-rpinitlogout-lt-wrong-event",
        "rp-backchannel-rpinitlogout-lt-wrong-issuer",
        "rp-discovery-issuer-not-matching-config",
        "rp-discovery-jwks_uri-keys",
        "rp-discovery-openid-configuration",
        "rp-frontchannel-rpinitlogout",
        "rp-id_token-aud",
        "rp-id_token-bad-at_hash",
        "rp-id_token-bad-sig-es256",
        "rp-id_token-bad-sig-hs256",
        "rp-id_token-bad-sig-rs256",
        "rp-id_token-iat",
        "rp-id_token-issuer-mismatch",
        "rp-id_token-kid-absent-multiple-jwks",
        "rp-id_token-kid-absent-single-jwks",
        "rp-id_token-missing-at_hash",
        "rp-id_token-sig-es256",
        "rp-id_token-sig-hs256",
        "rp-id_token-sig-none",
        "rp-id_token-sig-rs256",
        "rp-id_token-sub",
        "rp-init-logout",
        "rp-init-logout-no-state",
        "rp-init-logout-other-state",
        "rp-key-rotation-op-sign-key",
        "rp-key-rotation-op-sign-key-native",
        "rp-nonce-invalid",
        "rp-nonce-unless-code-flow",
        "rp-response_type-code",
        "rp-scope-userinfo-claims",
        "rp-token_endpoint-client_secret_basic",
        "rp-token_endpoint-client_secret_post",
        "rp-token_endpoint-private_key_jwt",
        "rp-userinfo-bad-sub-claim",
        "rp-userinfo-bearer-header",
        "rp-userinfo-sig",
    ),
}

REMARKS = {
    "oidcc-client-test-idtoken-sig-none": "refused, as the test allows",
    "rp-id_token-sig-none": "refused: an unsigned token is nobody's",
    "rp-id_token-sig-hs256": "refused: a shared secret signs nothing here",
    "rp-id_token-missing-at_hash": "accepted: the code flow may leave it out",
    "oidcc-client-test-missing-athash": "accepted: the code flow may leave it out",
}

NOT_PLAYED = {
    "Refresh tokens are neither asked for nor used.": (
        "oidcc-client-test-refresh-token",
        "oidcc-client-test-refresh-token-invalid-issuer",
        "oidcc-client-test-refresh-token-invalid-sub",
    ),
    "The code flow alone is used, so there is no `c_hash` and no other response type.": (
        "oidcc-client-test-invalid-chash",
        "oidcc-client-test-missing-chash",
        "rp-id_token-bad-c_hash",
        "rp-id_token-missing-c_hash",
        "rp-response_type-code+id_token",
        "rp-response_type-code+id_token+token",
        "rp-response_type-code+token",
        "rp-response_type-id_token",
        "rp-response_type-id_token+token",
    ),
    "Answers come in the query; a POST to the callback is a 405.": (
        "oidcc-client-test-form-post-error",
        "rp-response_mode-form_post",
        "rp-response_mode-form_post-error",
    ),
    "Providers are configured by an operator, not found or registered with while a person waits.": (
        "oidcc-client-test-discovery-webfinger-acct",
        "oidcc-client-test-discovery-webfinger-url",
        "oidcc-client-test-dynamic-registration",
        "rp-discovery-webfinger-acct",
        "rp-discovery-webfinger-http-href",
        "rp-discovery-webfinger-unknown-member",
        "rp-discovery-webfinger-url",
        "rp-registration-dynamic",
    ),
    "Requests are pushed where they should not be seen; request objects are not used.": (
        "oidcc-client-test-request-uri-signed-none",
        "oidcc-client-test-request-uri-signed-rs256",
        "rp-request_uri-enc",
        "rp-request_uri-sig",
        "rp-request_uri-sig+enc",
        "rp-request_uri-unsigned",
    ),
    "The claims of the scopes suffice.": (
        "oidcc-client-test-aggregated-claims",
        "oidcc-client-test-distributed-claims",
        "rp-claims-aggregated",
        "rp-claims-distributed",
        "rp-claims_request-id_token",
        "rp-claims_request-userinfo",
    ),
    "Nothing is encrypted beyond TLS.": (
        "rp-id_token-sig+enc",
        "rp-id_token-sig+enc-a128kw",
        "rp-key-rotation-op-enc-key",
        "rp-userinfo-enc",
        "rp-userinfo-sig+enc",
    ),
    "The access token travels in the header alone.": (
        "oidcc-client-test-userinfo-bearer-body",
        "rp-userinfo-bearer-body",
    ),
    "A secret that signs would have to be kept in clear at both ends; `private_key_jwt` is there instead.": (
        "rp-token_endpoint-client_secret_jwt",
    ),
    "Client certificates are not supported.": ("oidcc-client-test-mtls-endpoint-aliases",),
    "Pages hold no script, so no frame can be asked whether the provider's session still lasts.": (
        "oidcc-client-test-session-management",
        "rp-init-logout-session",
    ),
}
