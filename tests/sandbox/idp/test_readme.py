"""The README's tables of misbehaviours say what the registry says; run as a module, this writes them anew."""

from pathlib import Path

from sandbox.idp import registry
from sandbox.idp.misbehaviours import (
    answers,
    audiences,
    callbacks,
    headers,
    identities,
    keys,
    logout,
    metadata,
    signatures,
    times,
    token_answers,
    userinfo,
)

README = Path(registry.__file__).with_name("README.md")
BEGINNING = "test_readme`.\n"
HEAD = ["| name | what happens | expected | asked for by |", "|---|---|---|---|"]
TOPICS = {
    "Who it is": identities.MISBEHAVIOURS,
    "Whom the token is for": audiences.MISBEHAVIOURS,
    "Times, and how the person was authenticated": times.MISBEHAVIOURS,
    "Signatures": signatures.MISBEHAVIOURS,
    "Headers and shapes": headers.MISBEHAVIOURS,
    "Keys": keys.MISBEHAVIOURS,
    "The authorization response": callbacks.MISBEHAVIOURS,
    "The token answer": token_answers.MISBEHAVIOURS,
    "UserInfo": userinfo.MISBEHAVIOURS,
    "The discovery document": metadata.MISBEHAVIOURS,
    "Endpoints that do not answer well": answers.MISBEHAVIOURS,
    "The way back from a logout": [one for one in logout.MISBEHAVIOURS if one.after_logout],
}
LOGOUT = """### Logout tokens

`control.send_logout_token(name)` sends one now; `control.misbehave("logout-token-" + name)` sends it at the next
logout instead of the right one.
"""


def row(one):
    return f"| `{one.name}` | {one.meaning} | {one.expected} | {', '.join(one.sources)} |"


def tables():
    lines = []
    for topic, misbehaviours in TOPICS.items():
        lines += [f"### {topic}", "", *HEAD, *map(row, misbehaviours), ""]
    return "\n".join([*lines, LOGOUT, *HEAD, *map(row, registry.LOGOUT_VARIANTS), ""])


def test_the_readme_says_what_the_registry_says():
    assert README.read_text(encoding="utf-8").partition(BEGINNING)[2].strip() == tables().strip()


def test_every_misbehaviour_stands_in_one_table():
    listed = [one.name for misbehaviours in TOPICS.values() for one in misbehaviours]
    others = [one.name for one in registry.MISBEHAVIOURS if one.logout_variant]
    assert sorted([*listed, *others]) == sorted(one.name for one in registry.MISBEHAVIOURS)
    assert {name.removeprefix("logout-token-") for name in others} | {"valid"} == {
        one.name for one in registry.LOGOUT_VARIANTS
    }


if __name__ == "__main__":
    README.write_text(
        README.read_text(encoding="utf-8").partition(BEGINNING)[0] + BEGINNING + "\n" + tables(), encoding="utf-8"
    )
