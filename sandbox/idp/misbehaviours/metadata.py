"""Wrong or unusual metadata in the discovery document."""

from sandbox.idp.misbehaviour import Change, Expected, Json, Misbehaviour
from sandbox.idp.misbehaviours.changes import drop, edit, put

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint")
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
ISSUER = "statement 34"
HTTPS = "statement 35"


def _metadata(
    name: str, meaning: str, change: Change[Json], *sources: str, expected: Expected = "refuse"
) -> Misbehaviour:
    return Misbehaviour(name=f"discovery-{name}", meaning=meaning, sources=sources, expected=expected, metadata=change)


def _short(endpoint: str) -> str:
    return endpoint.removesuffix("_endpoint").removesuffix("_uri").replace("_", "-")


MISBEHAVIOURS = (
    _metadata(
        "issuer-mismatch",
        "The metadata's issuer is another.",
        put(issuer="https://another-issuer.example"),
        "oidcc-client-test-discovery-issuer-mismatch",
        "rp-discovery-issuer-not-matching-config",
        ISSUER,
    ),
    _metadata(
        "issuer-trailing-slash",
        "The metadata's issuer has a slash more.",
        edit("issuer", lambda iss: f"{iss}/"),
        ISSUER,
    ),
    *(
        _metadata(f"without-{_short(member)}", f"The metadata have no {member}.", drop(member), ISSUER)
        for member in NEEDED
    ),
    *(
        _metadata(
            f"http-{_short(member)}",
            f"The metadata's {member} is plain http on another host.",
            put(**{member: "http://idp.example/somewhere"}),
            HTTPS,
            expected="refuse" if member in NEEDED else "either",
        )
        for member in ENDPOINTS
    ),
    _metadata(
        "javascript-authorization",
        "The metadata's authorization_endpoint is a script.",
        put(authorization_endpoint="javascript:alert(1)"),
        HTTPS,
    ),
    _metadata(
        "file-jwks",
        "The metadata's jwks_uri is a file.",
        put(jwks_uri="file:///etc/hosts"),
        HTTPS,
    ),
    _metadata(
        "relative-token", "The metadata's token_endpoint is no whole address.", put(token_endpoint="/token"), HTTPS
    ),
    _metadata("token-number", "The metadata's token_endpoint is a number.", put(token_endpoint=42), HTTPS),
    _metadata(
        "only-none",
        "The metadata list alg none alone; tokens are signed all the same.",
        put(id_token_signing_alg_values_supported=["none"]),
        "statement 21",
        expected="either",
    ),
    _metadata(
        "without-s256",
        "The metadata say nothing about PKCE, which is checked all the same.",
        drop("code_challenge_methods_supported"),
        "statement 2",
        expected="accept",
    ),
    _metadata(
        "without-end-session",
        "There is no end_session_endpoint.",
        drop("end_session_endpoint"),
        "rp-init-logout",
        expected="accept",
    ),
    _metadata(
        "without-userinfo",
        "There is no userinfo_endpoint.",
        drop("userinfo_endpoint"),
        "rp-scope-userinfo-claims",
        expected="accept",
    ),
    _metadata(
        "demands-pushing",
        "The metadata demand pushed requests; whether there is an endpoint for them is another matter.",
        put(require_pushed_authorization_requests=True),
        HTTPS,
        expected="either",
    ),
    _metadata(
        "unknown-members",
        "The metadata have members that no standard knows.",
        put(x_extra={"a": [1, 2]}, tenant_region_scope=None),
        "oidcc-client-test-discovery-openid-config",
        "rp-discovery-openid-configuration",
        expected="accept",
    ),
)
