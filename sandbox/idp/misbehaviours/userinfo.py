"""Wrong or unusual UserInfo answers."""

import json

from sandbox.idp.misbehaviour import Body, Context, Expected, Json, Misbehaviour, Seal
from sandbox.idp.misbehaviours.audiences import two_with_azp
from sandbox.idp.misbehaviours.changes import drop, edit, put
from sandbox.idp.misbehaviours.signatures import forged, hs256_with_secret, unsigned
from sandbox.idp.seal import header, sealed
from sandbox.idp.userinfo_body import JWT_TYPE, addressed, json_body, jwt_body

SIGNED = "statement 29"


def _jwt(seal: Seal, **wrong: str) -> Body:
    """A JWT sealed in this way, with these claims wrong."""

    def body(claims: Json, context: Context) -> tuple[str, str]:
        return seal(header(context), {**addressed(claims, context), **wrong}, context), JWT_TYPE

    return body


def _body(name: str, meaning: str, body: Body, *sources: str, expected: Expected = "refuse") -> Misbehaviour:
    return Misbehaviour(name=name, meaning=meaning, sources=(*sources, SIGNED), expected=expected, userinfo_body=body)


def _for_two(claims: Json, context: Context) -> tuple[str, str]:
    return sealed(header(context), two_with_azp(addressed(claims, context), context), context), JWT_TYPE


def _addressed_to_nobody(claims: Json, context: Context) -> tuple[str, str]:
    return sealed(header(context), claims, context), JWT_TYPE


MISBEHAVIOURS = (
    Misbehaviour(
        name="userinfo-invalid-sub",
        sources=("oidcc-client-test-userinfo-invalid-sub", "rp-userinfo-bad-sub-claim", SIGNED),
        meaning="The UserInfo's sub is somebody else's.",
        userinfo=edit("sub", lambda sub: f"{sub}-else"),
    ),
    Misbehaviour(
        name="userinfo-missing-sub",
        sources=(SIGNED,),
        meaning="The UserInfo has no sub.",
        userinfo=drop("sub"),
    ),
    Misbehaviour(
        name="userinfo-nearly-empty",
        sources=("rp-scope-userinfo-claims",),
        meaning="The UserInfo holds the sub alone; the ID Token holds the rest.",
        expected="accept",
        userinfo=lambda claims, _context: {"sub": claims["sub"]},
    ),
    Misbehaviour(
        name="userinfo-overwrites-protocol-claims",
        sources=(SIGNED,),
        meaning="The UserInfo has an iss, aud, exp and nonce of its own, which mean nothing there.",
        expected="either",
        userinfo=put(iss="https://another-issuer.example", aud="another-client", exp=1, nonce="n"),
    ),
    _body(
        "userinfo-signed",
        "The UserInfo is a signed JWT.",
        jwt_body,
        "oidcc-client-test-userinfo-signed",
        "rp-userinfo-sig",
        expected="accept",
    ),
    _body(
        "userinfo-signed-without-iss-aud",
        "The UserInfo is a signed JWT without iss and aud, which should be there.",
        _addressed_to_nobody,
        expected="accept",
    ),
    _body("userinfo-signed-forged", "The UserInfo's RS256 signature fits no published key.", _jwt(forged("RS256"))),
    _body("userinfo-signed-none", "The UserInfo is a JWT without signature.", _jwt(unsigned("none"))),
    _body("userinfo-signed-hs256", "The UserInfo is signed with the client secret.", _jwt(hs256_with_secret)),
    _body(
        "userinfo-signed-wrong-aud", "The signed UserInfo is for another client.", _jwt(sealed, aud="another-client")
    ),
    _body(
        "userinfo-signed-two-auds",
        "The signed UserInfo is for us and for a client that we do not trust; azp names us.",
        _for_two,
    ),
    _body(
        "userinfo-signed-wrong-iss",
        "The signed UserInfo is from another issuer.",
        _jwt(sealed, iss="https://another-issuer.example"),
    ),
    _body("userinfo-signed-wrong-sub", "The signed UserInfo is about somebody else.", _jwt(sealed, sub="sandbox-else")),
    _body(
        "userinfo-unsigned",
        "The UserInfo is plain JSON whatever was agreed upon; wrong where a signed one is expected.",
        json_body,
        expected="either",
    ),
    _body(
        "userinfo-jwt-as-json",
        "The UserInfo is a JWT that says it is JSON.",
        lambda claims, context: (jwt_body(claims, context)[0], "application/json"),
    ),
    _body(
        "userinfo-json-as-jwt",
        "The UserInfo is JSON that says it is a JWT.",
        lambda claims, _context: (json.dumps(claims), JWT_TYPE),
    ),
    _body(
        "userinfo-claims-in-list",
        "The UserInfo is a JSON list with the claims.",
        lambda claims, _context: (json.dumps([claims]), "application/json"),
    ),
)
