"""Wrong or unusual claims about who it is: issuer, subject, e-mail, groups."""

from sandbox.idp.misbehaviour import Change, Context, Expected, Json, Misbehaviour
from sandbox.idp.misbehaviours.changes import drop, edit, put

FOREIGN_ISSUER = "https://another-issuer.example"
LONGEST_SUB = 255
MANY_GROUPS = 200
HUGE = 64 * 1024
KEPT = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "sid", "at_hash"}


def _bare(claims: Json, _context: Context) -> Json:
    return {name: value for name, value in claims.items() if name in KEPT}


def _everywhere(
    name: str, meaning: str, change: Change[Json], *sources: str, expected: Expected = "either"
) -> Misbehaviour:
    """A claim that ID Token and UserInfo agree upon."""
    return Misbehaviour(name=name, sources=sources, meaning=meaning, expected=expected, claims=change, userinfo=change)


OVERAGE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://graph.example/users/1/getMemberObjects"}},
}


def _overage(claims: Json, _context: Context) -> Json:
    return {**{name: value for name, value in claims.items() if name != "groups"}, **OVERAGE}


MISBEHAVIOURS = (
    Misbehaviour(
        name="invalid-iss",
        sources=("oidcc-client-test-invalid-iss", "rp-id_token-issuer-mismatch", "statement 23"),
        meaning="The ID Token's iss is another issuer.",
        claims=put(iss=FOREIGN_ISSUER),
    ),
    Misbehaviour(
        name="missing-iss",
        sources=("statement 23",),
        meaning="The ID Token has no iss.",
        claims=drop("iss"),
    ),
    Misbehaviour(
        name="iss-trailing-slash",
        sources=("statement 23",),
        meaning="The ID Token's iss has a slash more at its end.",
        claims=edit("iss", lambda iss: f"{iss}/"),
    ),
    Misbehaviour(
        name="iss-longer",
        sources=("statement 23",),
        meaning="The ID Token's iss only begins like the right one.",
        claims=edit("iss", lambda iss: f"{iss}.attacker.example"),
    ),
    Misbehaviour(
        name="missing-sub",
        sources=("oidcc-client-test-missing-sub", "rp-id_token-sub"),
        meaning="The ID Token has no sub.",
        claims=drop("sub"),
    ),
    _everywhere("empty-sub", "The sub is empty.", put(sub=""), "statement 27", expected="refuse"),
    _everywhere("sub-number", "The sub is a number.", put(sub=42), "statement 27", expected="refuse"),
    _everywhere("sub-list", "The sub is a list.", put(sub=["kim"]), "statement 27", expected="refuse"),
    _everywhere("sub-non-ascii", "The sub is not ASCII.", put(sub="jürgen"), "statement 27", expected="refuse"),
    _everywhere(
        "sub-too-long",
        "The sub has 256 characters.",
        put(sub="s" * (LONGEST_SUB + 1)),
        "statement 27",
        expected="refuse",
    ),
    _everywhere(
        "sub-longest",
        "The sub has 255 characters, the most that are allowed.",
        put(sub="s" * LONGEST_SUB),
        "statement 27",
        expected="accept",
    ),
    _everywhere("email-unverified", "email_verified is false.", put(email_verified=False), "statement 40"),
    _everywhere(
        "email-verified-text", 'email_verified is the text "true".', put(email_verified="true"), "statement 40"
    ),
    _everywhere("email-verified-number", "email_verified is 1.", put(email_verified=1), "statement 40"),
    _everywhere("email-verified-missing", "email_verified is missing.", drop("email_verified"), "statement 40"),
    _everywhere("email-missing", "There is no e-mail address.", drop("email", "email_verified"), "statement 40"),
    _everywhere(
        "email-two-ats",
        "The address, said to be verified, has two @.",
        put(email="kim@attacker.example@acme.example"),
        "statement 41",
    ),
    _everywhere(
        "email-line-break",
        "The address, said to be verified, has a line break.",
        put(email="kim@acme.example\r\nBcc: all@acme.example"),
        "statement 41",
    ),
    _everywhere(
        "email-trailing-blank",
        "The address, said to be verified, has a blank at its end.",
        edit("email", lambda email: f"{email} "),
        "statement 41",
    ),
    _everywhere(
        "email-without-dot",
        "The address, said to be verified, has no dot in its domain.",
        put(email="kim@corp"),
        "statement 41",
    ),
    _everywhere("email-list", "The e-mail claim is a list.", put(email=["kim@acme.example"]), "statement 41"),
    _everywhere(
        "groups-overage", "The groups are elsewhere: _claim_names instead of groups.", _overage, "statement 44"
    ),
    _everywhere(
        "groups-hasgroups", "The groups are left out and announced by hasgroups.", put(hasgroups=True), "statement 44"
    ),
    _everywhere(
        "many-groups",
        "The person is in two hundred groups.",
        put(groups=[f"Group {number:03}" for number in range(MANY_GROUPS)]),
        "statement 7",
        expected="accept",
    ),
    Misbehaviour(
        name="no-sid",
        sources=("statement 56",),
        meaning="The ID Token has no sid.",
        expected="accept",
        claims=drop("sid"),
    ),
    Misbehaviour(
        name="huge-token",
        sources=("statement 22",),
        meaning="The ID Token is correct and more than 64 KiB long.",
        claims=put(padding="p" * HUGE),
    ),
    Misbehaviour(
        name="claims-only-in-userinfo",
        sources=("oidcc-client-test-scope-userinfo-claims", "rp-scope-userinfo-claims"),
        meaning="The claims of the scopes are in UserInfo only.",
        expected="accept",
        claims=_bare,
    ),
)
