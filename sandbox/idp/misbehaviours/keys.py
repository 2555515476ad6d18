"""Wrong or unusual keys: rotation, kid, and what else stands in the JWK Set."""

import secrets

from joserfc.jwk import OctKey

from sandbox.idp.jose import sign
from sandbox.idp.keys import new_key, public
from sandbox.idp.misbehaviour import Context, Json, Misbehaviour, Parameters
from sandbox.idp.misbehaviours.changes import drop, put

SYMMETRIC_KID = "symmetric"


def _own_key(context: Context) -> Json:
    return public(context.keys.signing(context.settings.signing_alg))


def _single(_jwks: Json, context: Context) -> Json:
    return {"keys": [_own_key(context)]}


def _strangers() -> list[Json]:
    return [
        {**public(new_key("ES256")), "kid": secrets.token_hex(4)},
        {**public(new_key("RS256")), "kid": secrets.token_hex(4), "use": "enc", "alg": "RSA-OAEP-256"},
        {"kty": "oct", "kid": secrets.token_hex(4), "use": "enc", "alg": "A256KW", "k": secrets.token_urlsafe(32)},
        {"kty": "OKP", "crv": "X25519", "x": secrets.token_urlsafe(32), "use": "enc", "kid": "x25519"},
    ]


def _beside_other_types(_jwks: Json, context: Context) -> Json:
    return {"keys": [*_strangers(), _own_key(context)]}


def _several(jwks: Json, context: Context) -> Json:
    alg = context.settings.signing_alg
    return {"keys": [public(new_key(alg)), *jwks["keys"], public(new_key(alg))]}


def _with_extras(jwks: Json, _context: Context) -> Json:
    unknown = {"kty": "LATTICE", "kid": "tomorrow", "use": "sig", "alg": "XX999", "pub": "AAAA"}
    nameless = {name: value for name, value in public(new_key("ES256")).items() if name != "kid"}
    return {"keys": [unknown, *_strangers(), nameless, *jwks["keys"]], "comment": "an unknown member"}


def _without_own(jwks: Json, context: Context) -> Json:
    return {"keys": [key for key in jwks["keys"] if key.get("kid") != _own_key(context).get("kid")]}


def _own_for_encryption(jwks: Json, context: Context) -> Json:
    own = {name: value for name, value in _own_key(context).items() if name != "alg"}
    return {"keys": [*_without_own(jwks, context)["keys"], {**own, "use": "enc"}]}


def _with_symmetric(jwks: Json, context: Context) -> Json:
    return {"keys": [*jwks["keys"], _symmetric(context).as_dict(private=True)]}


def _symmetric(context: Context) -> OctKey:
    secret = (context.client.client_secret * 32)[:32]
    return OctKey.import_key(secret, {"kid": SYMMETRIC_KID, "alg": "HS256", "use": "sig"})


def _sealed_symmetrically(_head: Json, claims: Json, context: Context) -> str:
    return sign({"alg": "HS256", "kid": SYMMETRIC_KID}, claims, _symmetric(context), "HS256")


def _rotated(answer: Parameters, context: Context) -> Parameters:
    context.keys.rotate(context.settings.signing_alg)
    return answer


def _rotated_under_the_same_kid(answer: Parameters, context: Context) -> Parameters:
    context.keys.rotate(context.settings.signing_alg, "same")
    return answer


def _without_kids(jwks: Json, _context: Context) -> Json:
    return {"keys": [{name: value for name, value in key.items() if name != "kid"} for key in jwks["keys"]]}


def _rotate(context: Context) -> None:
    context.keys.rotate(context.settings.signing_alg)


MISBEHAVIOURS = (
    Misbehaviour(
        name="rotate-before-sign-in",
        sources=("oidcc-client-test-signing-key-rotation", "rp-key-rotation-op-sign-key"),
        meaning="The signing key was replaced since the last sign-in; the old one is no longer published.",
        expected="accept",
        callback=_rotated,
    ),
    Misbehaviour(
        name="rotate-just-before-signing",
        sources=(
            "oidcc-client-test-signing-key-rotation-just-before-signing",
            "rp-key-rotation-op-sign-key-native",
            "statement 36",
        ),
        meaning="The signing key is replaced while the token request is being answered.",
        expected="accept",
        before_signing=_rotate,
    ),
    Misbehaviour(
        name="rotate-under-the-same-kid",
        sources=("statement 36",),
        meaning="The signing key was replaced since the last sign-in, under the same kid.",
        expected="accept",
        callback=_rotated_under_the_same_kid,
    ),
    Misbehaviour(
        name="rotate-without-kid",
        sources=("statement 36",),
        meaning="The signing key was replaced since the last sign-in; neither tokens nor published keys have a kid.",
        expected="accept",
        callback=_rotated,
        header=drop("kid"),
        jwks=_without_kids,
    ),
    Misbehaviour(
        name="jwks-without-kids",
        sources=("statement 36",),
        meaning="The token has a kid and the published keys have none.",
        expected="accept",
        jwks=_without_kids,
    ),
    Misbehaviour(
        name="kid-absent-single-jwks",
        sources=("oidcc-client-test-kid-absent-single-jwks", "rp-id_token-kid-absent-single-jwks"),
        meaning="The token has no kid and one key is published.",
        expected="accept",
        header=drop("kid"),
        jwks=_single,
    ),
    Misbehaviour(
        name="kid-absent-other-types",
        sources=("rp-id_token-kid-absent-single-jwks",),
        meaning="The token has no kid; one published key fits, the others are of other types and uses.",
        expected="accept",
        header=drop("kid"),
        jwks=_beside_other_types,
    ),
    Misbehaviour(
        name="kid-absent-multiple-jwks",
        sources=("oidcc-client-test-kid-absent-multiple-jwks", "rp-id_token-kid-absent-multiple-jwks"),
        meaning="The token has no kid and several published keys might fit.",
        expected="either",
        header=drop("kid"),
        jwks=_several,
    ),
    Misbehaviour(
        name="kid-unknown",
        sources=("statement 36",),
        meaning="The token's kid is random and never published.",
        header=lambda head, _context: {**head, "kid": secrets.token_hex(8)},
    ),
    Misbehaviour(
        name="kid-number",
        sources=("statement 36",),
        meaning="The token's kid is a number.",
        header=put(kid=42),
    ),
    Misbehaviour(
        name="jwks-with-extras",
        sources=("rp-discovery-jwks_uri-keys",),
        meaning="The JWK Set also holds keys of other and unknown types, for other uses, and one without kid.",
        expected="accept",
        jwks=_with_extras,
    ),
    Misbehaviour(
        name="jwks-without-own",
        sources=("statement 36",),
        meaning="The key that signs is not published.",
        jwks=_without_own,
    ),
    Misbehaviour(
        name="jwks-own-for-encryption",
        sources=("statement 21",),
        meaning="The key that signs is published for encryption only.",
        jwks=_own_for_encryption,
    ),
    Misbehaviour(
        name="jwks-no-keys",
        sources=("statement 36",),
        meaning="The JWK Set is empty.",
        jwks=put(keys=[]),
    ),
    Misbehaviour(
        name="jwks-without-keys",
        sources=("statement 36",),
        meaning="The JWK Set has no member called keys.",
        jwks=drop("keys"),
    ),
    Misbehaviour(
        name="jwks-keys-text",
        sources=("statement 36",),
        meaning="The JWK Set's keys are a text.",
        jwks=put(keys="none today"),
    ),
    Misbehaviour(
        name="sig-hs256-published-key",
        sources=("statement 21",),
        meaning="A symmetric key is published, and the token is signed with it by HS256.",
        jwks=_with_symmetric,
        seal=_sealed_symmetrically,
    ),
)
