"""A JWK set, as far as it can be used: which keys a token may mean, and what it costs to read them."""

import pytest

from gateway.errors import SignInNotTrusted
from gateway.oidc import key_set
from gateway.oidc.key_set import entries_of, named, usable, without
from sandbox.idp.keys import new_key, public

A, B, NAMELESS, EMPTY, NULL = ({"kid": "a"}, {"kid": "b"}, {"x": 1}, {"kid": "", "x": 2}, {"kid": None, "x": 3})
EACH = [A, NAMELESS, B, EMPTY, NULL]


@pytest.mark.statement(36)
def test_first_comes_the_key_that_a_token_names_and_then_those_without_a_name():
    assert named(EACH, "b") == [B, NAMELESS, EMPTY, NULL]
    assert named(EACH, "unknown") == [NAMELESS, EMPTY, NULL]
    assert named(EACH, None) == EACH


@pytest.mark.parametrize("keys", [None, "none today", 42, {}])
def test_without_a_list_of_keys_it_is_no_key_set(keys):
    with pytest.raises(SignInNotTrusted, match="key set"):
        entries_of({"keys": keys})
    assert entries_of({"keys": [None, A, "key", [], NAMELESS]}) == [A, NAMELESS]


def test_what_was_tried_before_is_left_out_in_whatever_order_it_is_written():
    renewed = dict(reversed({"kid": "a", "x": 1}.items()))
    assert without([renewed, A, B], [{"kid": "a", "x": 1}, B]) == [A]


@pytest.mark.parametrize("kid", [{"kid": ""}, {"kid": None}, {}], ids=str)
def test_a_key_whose_name_is_empty_has_none(kid):
    nameless = {name: value for name, value in public(new_key("ES256")).items() if name != "kid"}
    (key,) = usable([{**nameless, **kid}])
    assert key.kid is None


def test_the_same_entry_is_imported_once(monkeypatch):
    imported, of_joserfc = [], key_set.import_key
    monkeypatch.setattr(key_set, "import_key", lambda entry: imported.append(entry) or of_joserfc(entry))
    entries = [public(new_key("ES256")), {"kty": "RSA", "kid": "no key at all"}]
    keys = [list(usable(entries)) for _ in range(5)]
    assert [len(each) for each in keys] == [1] * 5
    assert len(imported) == 2
