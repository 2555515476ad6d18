"""Wrong or unusual times in the ID Token, and how the person was authenticated."""

from sandbox.idp.misbehaviour import Change, Expected, Json, Misbehaviour
from sandbox.idp.misbehaviours.changes import DAY, ENDLESS, NAN, drop, edit, from_now, put

CLOCKS = "statement 25"


def _time(name: str, meaning: str, change: Change[Json], *sources: str, expected: Expected = "refuse") -> Misbehaviour:
    return Misbehaviour(name=name, meaning=meaning, claims=change, sources=sources or (CLOCKS,), expected=expected)


MISBEHAVIOURS = (
    _time("exp-past", "The ID Token expired an hour ago.", from_now("exp", -3600)),
    _time("exp-just-past", "The ID Token expired half a minute ago.", from_now("exp", -30), expected="either"),
    _time("exp-missing", "The ID Token has no exp.", drop("exp")),
    _time("exp-text", "The exp is a text with digits.", edit("exp", str)),
    _time("exp-1e300", "The exp is 1e300.", put(exp=1e300)),
    _time("exp-nan", "The exp is NaN, which is no JSON.", put(exp=NAN)),
    _time("exp-infinity", "The exp is Infinity, which is no JSON.", put(exp=ENDLESS)),
    _time("exp-true", "The exp is true.", put(exp=True)),
    _time("exp-null", "The exp is null.", put(exp=None)),
    _time(
        "iat-missing",
        "The ID Token has no iat.",
        drop("iat"),
        "oidcc-client-test-missing-iat",
        "rp-id_token-iat",
        CLOCKS,
    ),
    _time("iat-yesterday", "The ID Token was made a day ago.", from_now("iat", -DAY)),
    _time("iat-future", "The ID Token will be made in an hour.", from_now("iat", 3600)),
    _time("iat-text", "The iat is a text with digits.", edit("iat", str)),
    _time("iat-nan", "The iat is NaN, which is no JSON.", put(iat=NAN)),
    _time("iat-1e300", "The iat is 1e300.", put(iat=1e300)),
    _time("nbf-future", "The ID Token becomes valid in an hour.", from_now("nbf", 3600)),
    _time("nbf-text", "The nbf is a text.", put(nbf="now")),
    _time("nbf-past", "The ID Token has been valid for a minute.", from_now("nbf", -60), expected="accept"),
    _time("nbf-zero", "The nbf is 0.", put(nbf=0), expected="accept"),
    _time(
        "times-fractional",
        "The iat has a fraction of a second.",
        edit("iat", lambda iat: iat - 0.25),
        expected="accept",
    ),
    _time(
        "auth-time-missing",
        "There is no auth_time; wrong where max_age was sent.",
        drop("auth_time"),
        "statement 30",
        expected="either",
    ),
    _time(
        "auth-time-old",
        "The auth_time is a day ago; wrong where max_age was sent.",
        from_now("auth_time", -DAY),
        "statement 30",
        expected="either",
    ),
    _time(
        "auth-time-text",
        "The auth_time is a text; wrong where max_age was sent.",
        put(auth_time="now"),
        "statement 30",
        expected="either",
    ),
    _time(
        "acr-wrong", "The acr is 0; wrong where another was required.", put(acr="0"), "statement 30", expected="either"
    ),
    _time(
        "acr-missing", "There is no acr; wrong where one was required.", drop("acr"), "statement 30", expected="either"
    ),
)
