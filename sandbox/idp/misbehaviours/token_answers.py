"""Wrong or unusual JSON from the token endpoint."""

from sandbox.idp.misbehaviour import Change, Expected, Json, Misbehaviour
from sandbox.idp.misbehaviours.changes import drop, put


def _answer(
    name: str, meaning: str, change: Change[Json], *sources: str, expected: Expected = "refuse"
) -> Misbehaviour:
    return Misbehaviour(name=name, meaning=meaning, sources=sources, expected=expected, token_answer=change)


MISBEHAVIOURS = (
    _answer("token-without-id-token", "The token answer has no ID Token.", drop("id_token"), "statement 21"),
    _answer("token-id-token-null", "The token answer's ID Token is null.", put(id_token=None), "statement 21"),
    _answer(
        "token-id-token-object",
        "The token answer's ID Token is an object.",
        put(id_token={"sub": "kim"}),
        "statement 21",
    ),
    _answer("token-id-token-empty", "The token answer's ID Token is empty.", put(id_token=""), "statement 21"),
    _answer(
        "token-without-access-token", "The token answer has no access token.", drop("access_token"), "statement 28"
    ),
    _answer("token-access-token-number", "The access token is a number.", put(access_token=42), "statement 28"),
    _answer(
        "token-type-mac",
        "The token_type is one that we do not know.",
        put(token_type="mac"),
        "rp-userinfo-bearer-header",
        expected="either",
    ),
    _answer(
        "token-type-lower-case",
        "The token_type is written bearer.",
        put(token_type="bearer"),
        "rp-userinfo-bearer-header",
        expected="accept",
    ),
    _answer(
        "token-with-extras",
        "The token answer has unknown members and a refresh token.",
        put(refresh_token="unasked", tenant={"id": 7}),
        "statement 31",
        expected="accept",
    ),
)
