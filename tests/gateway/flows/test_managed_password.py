import re

import pytest

from gateway.flows.managed_password import ManagedPasswords
from gateway.keyring import Keyring
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY, OTHER_KIM


@pytest.mark.parametrize("person", [KIM.key, OTHER_KIM.key, "f" * 32])
def test_a_password_meets_the_strength_rule(person):
    password = ManagedPasswords(Keyring([NEW_KEY])).new(person)
    assert len(password) == 35
    for rule in (r"[A-Z]", r"[a-z]", r"[0-9]", r"^[A-Za-z0-9_-]+$"):
        assert re.search(rule, password)


def test_a_password_is_the_same_in_every_process_with_the_key():
    first, second = ManagedPasswords(Keyring([NEW_KEY])), ManagedPasswords(Keyring([NEW_KEY, OLD_KEY]))
    assert first.new(KIM.key) == second.new(KIM.key) == first.of(KIM.key, first.current_key)


def test_every_person_and_every_key_has_another_password():
    new, old = ManagedPasswords(Keyring([NEW_KEY])), ManagedPasswords(Keyring([OLD_KEY]))
    assert len({new.new(KIM.key), new.new(OTHER_KIM.key), old.new(KIM.key), old.new(OTHER_KIM.key)}) == 4


def test_after_a_rotation_the_old_password_is_known_for_as_long_as_its_key_is_on_the_ring():
    old = ManagedPasswords(Keyring([OLD_KEY]))
    both, new = ManagedPasswords(Keyring([NEW_KEY, OLD_KEY])), ManagedPasswords(Keyring([NEW_KEY]))
    assert both.of(KIM.key, old.current_key) == old.new(KIM.key)
    assert both.new(KIM.key) == new.new(KIM.key)
    assert new.of(KIM.key, old.current_key) is None
    assert new.of(KIM.key, "") is None
