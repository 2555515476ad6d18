"""Wrong or unusual audiences, nonces and hashes: whom and what the ID Token is for."""

from sandbox.idp.misbehaviour import Context, Json, Misbehaviour
from sandbox.idp.misbehaviours.changes import drop, edit, put

OTHER_CLIENT = "another-client"


def _ours_elsewhere(claims: Json, context: Context) -> Json:
    return {**claims, "aud": OTHER_CLIENT, "azp": context.client.client_id}


def two_with_azp(claims: Json, context: Context) -> Json:
    """For us and another client; azp names us."""
    return {**claims, "aud": [context.client.client_id, OTHER_CLIENT], "azp": context.client.client_id}


def _two_with_foreign_azp(claims: Json, context: Context) -> Json:
    return {**claims, "aud": [context.client.client_id, OTHER_CLIENT], "azp": OTHER_CLIENT}


def _own_azp(claims: Json, context: Context) -> Json:
    return {**claims, "azp": context.client.client_id}


MISBEHAVIOURS = (
    Misbehaviour(
        name="invalid-aud",
        sources=("oidcc-client-test-invalid-aud", "rp-id_token-aud", "statement 24"),
        meaning="The ID Token is for another client.",
        claims=put(aud=OTHER_CLIENT),
    ),
    Misbehaviour(
        name="missing-aud",
        sources=("oidcc-client-test-missing-aud", "rp-id_token-aud"),
        meaning="The ID Token has no aud.",
        claims=drop("aud"),
    ),
    Misbehaviour(
        name="aud-empty-list",
        sources=("statement 24",),
        meaning="The ID Token's aud is an empty list.",
        claims=put(aud=[]),
    ),
    Misbehaviour(
        name="aud-longer",
        sources=("statement 24",),
        meaning="The ID Token's aud only begins like our client_id.",
        claims=edit("aud", lambda aud: f"{aud}-staging"),
    ),
    Misbehaviour(
        name="aud-object",
        sources=("statement 24",),
        meaning="The ID Token's aud is an object with our client_id as a member.",
        claims=edit("aud", lambda aud: {aud: True}),
    ),
    Misbehaviour(
        name="aud-other-azp-ours",
        sources=("statement 24",),
        meaning="The ID Token is for another client and names us as azp.",
        claims=_ours_elsewhere,
    ),
    Misbehaviour(
        name="aud-two-with-azp",
        sources=("statement 24",),
        meaning="The ID Token is for us and for a client that we do not trust; azp names us.",
        claims=two_with_azp,
    ),
    Misbehaviour(
        name="aud-two-without-azp",
        sources=("statement 24",),
        meaning="The ID Token is for us and another client, without azp.",
        claims=edit("aud", lambda aud: [aud, OTHER_CLIENT]),
    ),
    Misbehaviour(
        name="aud-two-with-foreign-azp",
        sources=("statement 24",),
        meaning="The ID Token is for us and another client, which azp names.",
        claims=_two_with_foreign_azp,
    ),
    Misbehaviour(
        name="azp-foreign",
        sources=("statement 24",),
        meaning="The ID Token is for us alone; azp names another client.",
        claims=put(azp=OTHER_CLIENT),
    ),
    Misbehaviour(
        name="azp-ours",
        sources=("statement 24",),
        meaning="The ID Token is for us alone; azp names us.",
        expected="accept",
        claims=_own_azp,
    ),
    Misbehaviour(
        name="aud-list-of-one",
        sources=("statement 24",),
        meaning="The ID Token's aud is a list with our client_id.",
        expected="accept",
        claims=edit("aud", lambda aud: [aud]),
    ),
    Misbehaviour(
        name="nonce-invalid",
        sources=("oidcc-client-test-nonce-invalid", "rp-nonce-invalid", "statement 26"),
        meaning="The ID Token's nonce is not the one that was sent.",
        claims=edit("nonce", lambda nonce: f"{nonce}x"),
    ),
    Misbehaviour(
        name="nonce-missing",
        sources=("statement 26",),
        meaning="The ID Token has no nonce.",
        claims=drop("nonce"),
    ),
    Misbehaviour(
        name="nonce-list",
        sources=("statement 26",),
        meaning="The ID Token's nonce is a list with the right one.",
        claims=edit("nonce", lambda nonce: [nonce]),
    ),
    Misbehaviour(
        name="invalid-at-hash",
        sources=("oidcc-client-test-invalid-athash", "rp-id_token-bad-at_hash", "statement 28"),
        meaning="The ID Token's at_hash belongs to another access token.",
        claims=put(at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
    ),
    Misbehaviour(
        name="missing-at-hash",
        sources=("oidcc-client-test-missing-athash", "statement 28"),
        meaning="The ID Token has no at_hash, which the code flow allows.",
        expected="accept",
        claims=drop("at_hash"),
    ),
)
