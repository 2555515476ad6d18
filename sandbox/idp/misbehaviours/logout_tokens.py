"""The logout token and its wrong relatives (OpenID Connect Back-Channel Logout 1.0, section 2.6)."""

from sandbox.idp.logout_token import EVENT
from sandbox.idp.logout_variant import LogoutVariant
from sandbox.idp.misbehaviour import Change, Context, Expected, Json
from sandbox.idp.misbehaviours.audiences import OTHER_CLIENT, two_with_azp
from sandbox.idp.misbehaviours.changes import DAY, NAN, drop, edit, from_now, parameter, put, repeated, sealed_with
from sandbox.idp.misbehaviours.signatures import forged, hs256_with_secret, unsigned

STATEMENT = "statement 56"
BACKCHANNEL = "oidcc-client-test-rp-backchannel-rpinitlogout"
OLD = "rp-backchannel-rpinitlogout"
HUGE = 64 * 1024


def _claims(
    name: str, meaning: str, change: Change[Json], *sources: str, expected: Expected = "refuse"
) -> LogoutVariant:
    return LogoutVariant(name=name, meaning=meaning, claims=change, expected=expected, sources=(*sources, STATEMENT))


def _header(name: str, meaning: str, change: Change[Json], expected: Expected = "refuse") -> LogoutVariant:
    return LogoutVariant(name=name, meaning=meaning, header=change, expected=expected, sources=(STATEMENT,))


def _by_another_published_key(head: Json, claims: Json, context: Context) -> str:
    """Sign as both certification suites do: with ES256 where RS256 signs ID Tokens, and with RS256 elsewhere."""
    other = "ES256" if context.settings.signing_alg == "RS256" else "RS256"
    return sealed_with(other)(head, claims, context)


def _without_exp(seconds_ago: int) -> Change[Json]:
    def change(claims: Json, context: Context) -> Json:
        return from_now("iat", -seconds_ago)(drop("exp")(claims, context), context)

    return change


VARIANTS = (
    LogoutVariant(
        name="valid",
        sources=(BACKCHANNEL, OLD),
        meaning="A flawless logout token with sub and sid.",
        expected="accept",
    ),
    LogoutVariant(
        name="alg-none",
        sources=(f"{BACKCHANNEL}-alg-none", f"{OLD}-lt-alg-none", STATEMENT),
        meaning="The logout token is not signed.",
        seal=unsigned("none"),
    ),
    LogoutVariant(
        name="wrong-alg",
        sources=(f"{BACKCHANNEL}-wrong-alg", f"{OLD}-lt-wrong-alg", STATEMENT),
        meaning="The logout token is signed, correctly and by a published key, with another algorithm than ID Tokens.",
        seal=_by_another_published_key,
    ),
    LogoutVariant(
        name="hs256-client-secret",
        sources=(STATEMENT,),
        meaning="The logout token is signed by HS256 with the client secret.",
        seal=hs256_with_secret,
    ),
    LogoutVariant(
        name="bad-signature",
        sources=(STATEMENT,),
        meaning="The logout token's signature was made with a key that is not published.",
        seal=forged("RS256"),
    ),
    LogoutVariant(
        name="es256",
        sources=(STATEMENT,),
        meaning="The logout token is signed with ES256, correctly, whatever ID Tokens are signed with.",
        expected="either",
        seal=sealed_with("ES256"),
    ),
    _claims(
        "no-event", "The logout token has no events.", drop("events"), f"{BACKCHANNEL}-no-event", f"{OLD}-lt-no-event"
    ),
    _claims(
        "wrong-event",
        "The logout token's events name another event.",
        put(events={"https://event.example/other": {}}),
        f"{BACKCHANNEL}-wrong-event",
        f"{OLD}-lt-wrong-event",
    ),
    _claims("event-not-an-object", "The event's value is a text.", put(events={EVENT: "yes"})),
    _claims("events-list", "The events are a list.", put(events=[EVENT])),
    _claims(
        "further-event",
        "The logout token's events name a further event.",
        put(events={EVENT: {}, "https://event.example/other": {}}),
        expected="accept",
    ),
    _claims(
        "with-nonce",
        "The logout token has a nonce.",
        put(nonce="n"),
        f"{BACKCHANNEL}-with-nonce",
        f"{OLD}-lt-with-nonce",
    ),
    _claims(
        "wrong-aud",
        "The logout token is for another client.",
        put(aud="another-client"),
        f"{BACKCHANNEL}-wrong-aud",
        f"{OLD}-lt-wrong-aud",
    ),
    _claims("no-aud", "The logout token has no aud.", drop("aud")),
    _claims(
        "aud-list",
        "The logout token's aud is a list with our client_id.",
        edit("aud", lambda aud: [aud]),
        expected="accept",
    ),
    _claims("aud-two", "The logout token is for us and for a client that we do not trust; azp names us.", two_with_azp),
    _claims(
        "aud-two-without-azp",
        "The logout token is for us and another client, without azp.",
        edit("aud", lambda aud: [aud, OTHER_CLIENT]),
    ),
    _claims(
        "wrong-iss",
        "The logout token is from another issuer.",
        put(iss="https://another-issuer.example"),
        f"{BACKCHANNEL}-wrong-iss",
        f"{OLD}-lt-wrong-issuer",
    ),
    _claims("no-iss", "The logout token has no iss.", drop("iss")),
    _claims("no-sub-no-sid", "The logout token has neither sub nor sid.", drop("sub", "sid")),
    _claims("sid-only", "The logout token has a sid and no sub.", drop("sub"), expected="accept"),
    _claims(
        "sub-only",
        "The logout token has a sub and no sid: every session of the person ends.",
        drop("sid"),
        expected="accept",
    ),
    _claims("sid-number", "The logout token's sid is a number.", put(sid=42)),
    _claims(
        "unknown-sid",
        "The logout token's sid is unknown and it has no sub.",
        lambda claims, _context: {**{k: v for k, v in claims.items() if k != "sub"}, "sid": "unknown"},
        expected="either",
    ),
    _claims("no-iat", "The logout token has no iat.", drop("iat")),
    _claims("old-iat", "The logout token was made a day ago.", from_now("iat", -DAY)),
    _claims("future-iat", "The logout token will be made in an hour.", from_now("iat", 3600)),
    _claims("iat-nan", "The logout token's iat is NaN, which is no JSON.", put(iat=NAN)),
    _claims("expired", "The logout token expired an hour ago.", from_now("exp", -3600)),
    _claims("no-exp", "The logout token has no exp, as draft 06 has it.", drop("exp"), expected="accept"),
    _claims(
        "no-exp-five-minutes",
        "The logout token has no exp and was made almost five minutes ago.",
        _without_exp(290),
        expected="accept",
    ),
    _claims(
        "no-exp-old-iat", "The logout token has no exp and was made more than five minutes ago.", _without_exp(310)
    ),
    _claims("no-exp-no-iat", "The logout token has neither exp nor iat.", drop("exp", "iat")),
    _claims("no-exp-future-iat", "The logout token has no exp and will be made in two minutes.", _without_exp(-120)),
    _claims("null-exp", "The logout token's exp is null.", put(exp=None)),
    _claims("no-jti", "The logout token has no jti.", drop("jti")),
    _claims("huge", "The logout token is more than 64 KiB long.", put(padding="p" * HUGE)),
    _header("wrong-typ", "The logout token's typ is at+jwt.", put(typ="at+jwt")),
    _header("typ-jwt", "The logout token's typ is JWT, as older providers send it.", put(typ="JWT"), "either"),
    _header("no-typ", "The logout token has no typ, which is only recommended.", drop("typ"), "either"),
    _header("crit", "The logout token's header makes an unknown extension critical.", put(crit=["x"], x=1)),
    LogoutVariant(
        name="replay",
        sources=(STATEMENT,),
        meaning="The same logout token is sent twice; the second time counts.",
        sends=2,
    ),
    LogoutVariant(
        name="duplicate-parameter",
        sources=(STATEMENT,),
        meaning="The form has two logout tokens.",
        form=repeated("logout_token"),
    ),
    LogoutVariant(
        name="no-parameter",
        sources=(STATEMENT,),
        meaning="The form has no logout token.",
        form=parameter("logout_token"),
    ),
    LogoutVariant(
        name="not-a-jwt",
        sources=(STATEMENT,),
        meaning="The logout token is a word.",
        form=parameter("logout_token", "nonsense"),
    ),
)
