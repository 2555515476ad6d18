import string

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.keyring import Keyring
from schemas.secret import Secret
from tests.gateway.threads import at_once

OLD, NEW, FOREIGN = Secret("old-" * 10), Secret("new-" * 10), Secret("foreign-" * 5)


def test_a_signature_verifies_for_its_purpose_and_text_and_for_nothing_else():
    keyring = Keyring([NEW])
    signature = keyring.sign("form", "session-1")
    assert keyring.verifies("form", "session-1", signature)
    assert not keyring.verifies("form", "session-2", signature)
    assert not keyring.verifies("cookie", "session-1", signature)
    assert not keyring.verifies("form session-1", "", signature)
    assert not Keyring([FOREIGN]).verifies("form", "session-1", signature)


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "Ä" * 43, "\x00", "…"])
def test_what_is_no_signature_never_verifies(forged):
    keyring = Keyring([NEW])
    assert not keyring.verifies("form", "session-1", forged)
    assert not keyring.verifies("form", "session-1", keyring.sign("form", "session-1") + forged + "=")


def test_a_signature_changed_in_any_place_does_not_verify():
    keyring = Keyring([NEW])
    signature = keyring.sign("form", "session-1")
    for place, letter in enumerate(signature):
        changed = signature[:place] + ("A" if letter != "A" else "B") + signature[place + 1 :]
        assert not keyring.verifies("form", "session-1", changed)


def test_a_signature_is_43_characters_that_a_url_may_hold():
    signature = Keyring([NEW]).sign("form", "Größe \U0001f989")
    assert len(signature) == 43
    assert set(signature) <= set(string.ascii_letters + string.digits + "-_")


def test_after_a_rotation_the_new_key_signs_and_both_verify():
    before, after = Keyring([OLD]), Keyring([NEW, OLD])
    assert after.verifies("form", "x", before.sign("form", "x"))
    assert after.sign("form", "x") == Keyring([NEW]).sign("form", "x")
    assert after.current == Keyring([NEW]).current != before.current


def test_a_key_that_was_taken_off_the_ring_is_worth_nothing():
    before, after = Keyring([OLD]), Keyring([NEW])
    assert not after.verifies("form", "x", before.sign("form", "x"))
    assert after.derive(before.current, "password", 24) is None


def test_what_is_derived_depends_on_key_and_purpose_and_on_nothing_else():
    keyring, again = Keyring([NEW, OLD]), Keyring([NEW])
    derived = keyring.derive(keyring.current, "password kim", 24)
    assert derived == again.derive(again.current, "password kim", 24)
    assert derived != keyring.derive(keyring.current, "password uma", 24)
    assert derived != keyring.derive(Keyring([OLD]).current, "password kim", 24)
    assert len(derived) == 24


def test_what_is_derived_now_is_what_the_current_key_derives():
    ring = Keyring([Secret("n" * 32), Secret("o" * 32)])
    assert ring.derive_now("purpose", 24) == ring.derive(ring.current, "purpose", 24)
    assert ring.derive_now("purpose", 24) != ring.derive(ring.fingerprints[1], "purpose", 24)


def test_nothing_derived_for_a_caller_is_the_key_that_signs():
    keyring = Keyring([NEW])
    assert keyring.derive(keyring.current, "form", 32) != keyring.derive(keyring.current, "sign form", 32)


def test_the_fingerprint_of_a_key_does_not_show_it():
    keyring = Keyring([NEW])
    assert keyring.current not in NEW.reveal()
    assert NEW.reveal() not in keyring.current
    assert "new-" not in repr(vars(keyring))


def test_many_threads_sign_alike():
    keyring = Keyring([NEW, OLD])
    assert len(set(at_once(20, lambda _: keyring.sign("form", "x")))) == 1


# --- sealing ---------------------------------------------------------------------------------------------------

SECRET = b"nobody else may read this"


def test_what_is_sealed_opens_for_its_purpose_and_context_and_for_nothing_else():
    keyring = Keyring([NEW])
    sealed = keyring.seal("transaction", SECRET, "acme state-1")
    assert keyring.opened("transaction", sealed, "acme state-1") == SECRET
    assert keyring.opened("transaction", sealed, "acme state-2") is None
    assert keyring.opened("form", sealed, "acme state-1") is None
    assert Keyring([FOREIGN]).opened("transaction", sealed, "acme state-1") is None


def test_what_is_sealed_shows_nothing_of_its_content_and_is_never_the_same_twice():
    keyring = Keyring([NEW])
    sealed = [keyring.seal("transaction", SECRET, "") for _ in range(100)]
    assert len({one[:12] for one in sealed}) == len({one[12:] for one in sealed}) == 100
    assert {len(one) for one in sealed} == {len(SECRET) + 28}
    assert not [one for one in sealed if b"nobody" in one]


def test_what_is_changed_cut_or_longer_does_not_open():
    keyring = Keyring([NEW])
    sealed = keyring.seal("transaction", SECRET, "x")
    changed = [sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :] for place in range(len(sealed))]
    cut = [sealed[:length] for length in range(len(sealed))]
    longer = [sealed + b"\0", b"\0" + sealed]
    assert {keyring.opened("transaction", one, "x") for one in (*changed, *cut, *longer)} == {None}


def test_after_a_rotation_the_new_key_seals_and_both_open():
    before, after = Keyring([OLD]), Keyring([NEW, OLD])
    assert after.opened("transaction", before.seal("transaction", SECRET, "x"), "x") == SECRET
    assert Keyring([NEW]).opened("transaction", after.seal("transaction", SECRET, "x"), "x") == SECRET
    assert Keyring([NEW]).opened("transaction", before.seal("transaction", SECRET, "x"), "x") is None


def test_the_key_that_seals_is_no_other_key():
    keyring = Keyring([NEW])
    sealed = keyring.seal("form", SECRET, "")
    for key in (keyring.derive_now("form", 32), keyring.derive_now("sign form", 32)):
        with pytest.raises(InvalidTag):
            AESGCM(key).decrypt(sealed[:12], sealed[12:], b"")
