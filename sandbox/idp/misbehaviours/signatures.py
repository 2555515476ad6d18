"""Wrong or unusual signatures under the ID Token."""

import hashlib
import hmac

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from sandbox.idp.jose import b64, left_half_hash, sign, signature, signing_input
from sandbox.idp.keys import new_key
from sandbox.idp.misbehaviour import Context, Json, Misbehaviour, Seal
from sandbox.idp.misbehaviours.changes import edit, sealed_with

PINNED = "statement 21"
ALGS = "id_token_signing_alg_values_supported"


def forged(alg: str) -> Seal:
    """The right algorithm and kid, the wrong private key."""

    def seal(head: Json, claims: Json, context: Context) -> str:
        return sign({**head, "alg": alg, "kid": context.keys.signing(alg).kid}, claims, new_key(alg), alg)

    return seal


def _mac(text: str, secret: bytes) -> str:
    return f"{text}.{b64(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def hs256_with_secret(head: Json, claims: Json, context: Context) -> str:
    """A correct HS256 with the client secret as key."""
    text = signing_input({"alg": "HS256", "typ": head.get("typ", "JWT")}, claims)
    return _mac(text, context.client.client_secret.encode())


def _hs256_with_nonsense(_head: Json, claims: Json, _context: Context) -> str:
    return _mac(signing_input({"alg": "HS256", "typ": "JWT"}, claims), b"not the client secret")


def _hs256_with_public_key(_head: Json, claims: Json, context: Context) -> str:
    key = context.keys.signing("RS256")
    return _mac(signing_input({"alg": "HS256", "typ": "JWT", "kid": key.kid}, claims), _pem(key))


def _pem(key: Key) -> bytes:
    if not isinstance(key, (RSAKey, ECKey, OKPKey)):
        raise TypeError("only an asymmetric key has a public half")
    return key.as_pem(private=False)


def unsigned(alg: str) -> Seal:
    """No signature, and a header that says so."""

    def seal(head: Json, claims: Json, _context: Context) -> str:
        return f"{signing_input({'alg': alg, 'typ': head.get('typ', 'JWT')}, claims)}."

    return seal


def _signature_left_out(head: Json, claims: Json, _context: Context) -> str:
    return f"{signing_input(head, claims)}."


def _one_bit_off(head: Json, claims: Json, context: Context) -> str:
    alg = context.settings.signing_alg
    text = signing_input(head, claims)
    mark = signature(alg, text, context.keys.signing(alg))
    return f"{text}.{'B' if mark[0] == 'A' else 'A'}{mark[1:]}"


def _claims_swapped(head: Json, claims: Json, context: Context) -> str:
    alg = context.settings.signing_alg
    honest = sign(head, claims, context.keys.signing(alg), alg)
    return f"{signing_input(head, {**claims, 'email': 'ada@portal.example'})}.{honest.rpartition('.')[2]}"


def _another_algorithm_named(head: Json, claims: Json, context: Context) -> str:
    key = context.keys.signing("RS256")
    return sign({**head, "alg": "ES256", "kid": key.kid}, claims, key, "RS256")


def _ed25519(head: Json, claims: Json, context: Context) -> str:
    key = context.keys.signing("EdDSA")
    if "at_hash" in claims:
        claims = {**claims, "at_hash": left_half_hash(context.access_token, "EdDSA")}
    return sign({**head, "alg": "Ed25519", "kid": key.kid}, claims, key, "EdDSA")


MISBEHAVIOURS = (
    *(
        Misbehaviour(
            name=f"sig-{alg.lower()}",
            sources=sources,
            meaning=f"The ID Token is signed with {alg}, correctly.",
            expected="either" if alg == "EdDSA" else "accept",
            seal=sealed_with(alg),
        )
        for alg, sources in (
            ("RS256", ("oidcc-client-test-idtoken-sig-rs256", "rp-id_token-sig-rs256")),
            ("PS256", (PINNED,)),
            ("ES256", ("rp-id_token-sig-es256",)),
            ("EdDSA", (PINNED,)),
        )
    ),
    Misbehaviour(
        name="sig-ed25519",
        sources=(PINNED,),
        meaning="The ID Token is signed with EdDSA, correctly, and says Ed25519 (RFC 9864).",
        expected="either",
        seal=_ed25519,
    ),
    *(
        Misbehaviour(
            name=f"invalid-sig-{alg.lower()}",
            sources=sources,
            meaning=f"The ID Token's {alg} signature was made with a key that is not published.",
            seal=forged(alg),
        )
        for alg, sources in (
            ("RS256", ("oidcc-client-test-invalid-sig-rs256", "rp-id_token-bad-sig-rs256")),
            ("PS256", (PINNED,)),
            ("ES256", ("oidcc-client-test-invalid-sig-es256", "rp-id_token-bad-sig-es256")),
            ("EdDSA", (PINNED,)),
        )
    ),
    Misbehaviour(
        name="invalid-sig-hs256",
        sources=("oidcc-client-test-invalid-sig-hs256", "rp-id_token-bad-sig-hs256"),
        meaning="HS256 is advertised and the signature fits no key.",
        metadata=edit(ALGS, lambda algs: [*algs, "HS256"]),
        seal=_hs256_with_nonsense,
    ),
    Misbehaviour(
        name="sig-hs256-client-secret",
        sources=("rp-id_token-sig-hs256", PINNED),
        meaning="HS256 is advertised and the signature is right for the client secret.",
        metadata=edit(ALGS, lambda algs: [*algs, "HS256"]),
        seal=hs256_with_secret,
    ),
    Misbehaviour(
        name="sig-hs256-public-key",
        sources=(PINNED,),
        meaning="HS256 with the published RSA key, as PEM, for a secret.",
        seal=_hs256_with_public_key,
    ),
    Misbehaviour(
        name="sig-none",
        sources=("oidcc-client-test-idtoken-sig-none", "rp-id_token-sig-none", PINNED),
        meaning="alg none is advertised and the ID Token is not signed.",
        metadata=edit(ALGS, lambda algs: [*algs, "none"]),
        seal=unsigned("none"),
    ),
    Misbehaviour(
        name="sig-none-unadvertised",
        sources=(PINNED,),
        meaning="The ID Token is not signed, though the metadata do not list alg none.",
        seal=unsigned("none"),
    ),
    Misbehaviour(
        name="sig-none-mixed-case",
        sources=(PINNED,),
        meaning="The ID Token is not signed; its alg is written nOnE.",
        seal=unsigned("nOnE"),
    ),
    Misbehaviour(
        name="sig-left-out",
        sources=(PINNED,),
        meaning="The header names the right algorithm and the signature is empty.",
        seal=_signature_left_out,
    ),
    Misbehaviour(
        name="sig-one-bit-off",
        sources=(PINNED,),
        meaning="The signature's first character is another.",
        seal=_one_bit_off,
    ),
    Misbehaviour(
        name="sig-claims-swapped",
        sources=(PINNED,),
        meaning="The signature is real and belongs to other claims.",
        seal=_claims_swapped,
    ),
    Misbehaviour(
        name="sig-another-algorithm",
        sources=(PINNED,),
        meaning="The header says ES256; key and signature are RS256.",
        seal=_another_algorithm_named,
    ),
)
