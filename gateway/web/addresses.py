"""What people open, each address once: the routes are made of these, and the middleware in front of them reads them.

Machines' addresses stand at their routes: nothing else has to know them.
"""

from dataclasses import dataclass

from gateway.flows.sign_out import CONTINUE_PATH

TRAINING = "/"
DASHBOARD = "/go"
COURSE = "/go/course/<course>"
BUY_COURSE = "/buy/course/<course>"
BUY_CATEGORY = "/buy/category/<category>"
COMPLETED = "/completed"
COMPLETED_COURSE = "/completed/<course>"
LOGIN = "/login"
LOGIN_AT = "/login/<provider>"
LOGIN_INITIATE = "/login/initiate"
LOGIN_PASSWORD = "/login/password"  # noqa: S105 - an address
LOGOUT = "/logout"
LOGOUT_CONTINUE = CONTINUE_PATH
SIGNED_OUT = "/signed-out"
LAUNCH = "/l/<launch>"
HANDOFF = "/handoff"
REDEEM = "/redeem/<code>"
CATALOG = "/catalog"

CALLS_TALENTLMS = frozenset({TRAINING, DASHBOARD, COURSE, BUY_COURSE, BUY_CATEGORY})
"""A call of TalentLMS is claimed for these, in the same question to the store that finds the session."""
ALL = (
    *sorted(CALLS_TALENTLMS),
    *(COMPLETED, COMPLETED_COURSE),
    *(LOGIN, LOGIN_AT, LOGIN_INITIATE, LOGIN_PASSWORD),
    *(LOGOUT, LOGOUT_CONTINUE, SIGNED_OUT),
    *(LAUNCH, HANDOFF, REDEEM, CATALOG),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was asked for.

    Attributes:
        rule: the one of ours that it is, as above.
        kind: what it names, such as ``course``; empty for nothing.
        name: how it names that.
    """

    rule: str
    kind: str = ""
    name: str = ""


_WHOLE = {rule: Place(rule) for rule in ALL if not rule.endswith(">")}
_NAMING = {rule.partition("/<")[0]: (rule, rule.partition("<")[2][:-1]) for rule in ALL if rule.endswith(">")}


def place_of(path: str) -> Place | None:
    """Return which address of ours a path is, ``None`` for none that people open."""
    if path in _WHOLE:
        return _WHOLE[path]
    before, _, name = path.rpartition("/")
    return Place(*_NAMING[before], name) if name and before in _NAMING else None


def without_slash(path: str) -> str:
    """Return a path that people open without the slash that some type, or a portal appends, and any other as it is."""
    bare = path[:-1]
    return bare if path.endswith("/") and bare != "/" and place_of(bare) else path


def to(rule: str, name: object) -> str:
    """Return the address by which a rule names something."""
    return f"{rule.partition('<')[0]}{name}"
