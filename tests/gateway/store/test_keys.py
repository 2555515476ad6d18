"""Every key begins with the one tag, and goes by itself or is named here with the reason why not."""

import re
from pathlib import Path

import gateway.store
from tests.gateway.store import contents
from tests.gateway.store.contents import filled
from tests.gateway.store.key_names import untagged

LASTING = {
    # One of fixed size for each TalentLMS domain. A call's number must not come again while a process knows it.
    "budget:acme.talentlms.com:account",
}


def test_every_key_goes_by_itself_but_for_those_with_a_reason(store):
    with filled(store):
        lasts = {untagged(key): store.ask("PTTL", key) for key in store.ask("KEYS", "*")}

    assert {name for name, milliseconds in lasts.items() if milliseconds == -1} == LASTING
    assert "budget:acme.talentlms.com:queue" in lasts, "somebody waits"


def test_all_keys_have_the_one_hash_tag(store):
    with filled(store):
        keys = store.ask("KEYS", "*")

    assert len(keys) > 20
    assert {tag_of(key.decode()) for key in keys} == {"talentlms-gateway"}


def test_whatever_writes_is_among_what_these_tests_write():
    written = {
        module.stem
        for module in Path(gateway.store.__file__).parent.glob("*.py")
        if re.search(r"\bself\._store\.(ask|script)", module.read_text(encoding="utf-8"))
    }

    assert "recorded_changes" in written
    assert written <= set(re.findall(r"gateway\.store\.(\w+) import", Path(contents.__file__).read_text()))


def tag_of(key):
    """Return what decides on a key's slot: what stands between its first brace and the next closing one."""
    return key.partition("{")[2].partition("}")[0]
