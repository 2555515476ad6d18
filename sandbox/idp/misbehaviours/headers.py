"""Wrong or unusual JOSE headers, and things that are no ID Token at all."""

from sandbox.idp.jose import joined, sign, signature
from sandbox.idp.keys import new_key, public
from sandbox.idp.misbehaviour import Context, Json, Misbehaviour, Seal
from sandbox.idp.misbehaviours.changes import put

IGNORED = "statement 22"
FOREIGN_KEYS = "/attacker/jwks"


def _attacked(header_name: str) -> Seal:
    """Signed by an unknown key that the header itself offers."""

    def seal(head: Json, claims: Json, context: Context) -> str:
        key = new_key("RS256")
        offers = {"jwk": public(key), "jku": f"{context.issuer}{FOREIGN_KEYS}"}
        offer = offers.get(header_name, f"{context.issuer}{FOREIGN_KEYS}")
        return sign({**head, "alg": "RS256", "kid": key.kid, header_name: offer}, claims, key, "RS256")

    return seal


def _offered(head: Json, context: Context) -> Json:
    return {**head, "jku": f"{context.issuer}{FOREIGN_KEYS}", "jwk": public(new_key("ES256"))}


def _payload(text: str) -> Seal:
    """A correct signature over something that is no claims object."""

    def seal(head: Json, _claims: Json, context: Context) -> str:
        alg = context.settings.signing_alg
        body = joined(head, text)
        return f"{body}.{signature(alg, body, context.keys.signing(alg))}"

    return seal


MISBEHAVIOURS = (
    *(
        Misbehaviour(
            name=f"{name}-attacker",
            sources=(IGNORED,),
            meaning=f"The token is signed by an attacker's key that its own {name} header offers.",
            seal=_attacked(name),
        )
        for name in ("jku", "x5u", "jwk")
    ),
    Misbehaviour(
        name="jku-beside-a-good-signature",
        sources=(IGNORED,),
        meaning="The token is right; its jku and jwk headers offer other keys and are to be ignored.",
        expected="accept",
        header=_offered,
    ),
    Misbehaviour(
        name="crit-unknown",
        sources=(IGNORED,),
        meaning="The header makes an unknown extension critical.",
        header=put(crit=["urn:example:unknown"], **{"urn:example:unknown": True}),
    ),
    Misbehaviour(
        name="crit-empty",
        sources=(IGNORED,),
        meaning="The header has an empty crit, which RFC 7515 forbids.",
        header=put(crit=[]),
    ),
    Misbehaviour(
        name="typ-logout-token",
        sources=("statement 56",),
        meaning="The ID Token's typ is logout+jwt.",
        expected="either",
        header=put(typ="logout+jwt"),
    ),
    Misbehaviour(
        name="payload-list",
        sources=(IGNORED,),
        meaning="The signed payload is a JSON list.",
        seal=_payload("[1, 2]"),
    ),
    Misbehaviour(
        name="payload-not-json",
        sources=(IGNORED,),
        meaning="The signed payload is not JSON.",
        seal=_payload("sub=kim"),
    ),
    Misbehaviour(
        name="token-not-a-jwt",
        sources=(IGNORED,),
        meaning="The ID Token is a word.",
        seal=lambda _head, _claims, _context: "nonsense",
    ),
    Misbehaviour(
        name="token-five-parts",
        sources=(IGNORED,),
        meaning="The ID Token has the five parts of an encrypted one.",
        seal=lambda head, _claims, _context: f"{joined(head, 'key')}.iv.text.tag",
    ),
)
