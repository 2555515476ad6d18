import re
from dataclasses import FrozenInstanceError, replace

import pytest

from schemas.identity import Identity, person_key

KIM = Identity(
    "https://id.acme.example", "kim-1", "acme", email="kim@acme.example", given_name="Kim", family_name="Lee"
)


def test_the_key_is_issuer_and_subject_and_nothing_else():
    assert KIM.key == person_key("https://id.acme.example", "kim-1")
    changed = replace(
        KIM, provider="other", email="new@acme.example", email_verified=True, username="k", given_name="K"
    )
    assert changed.key == KIM.key


@pytest.mark.parametrize(
    "changes",
    [{"subject": "kim-2"}, {"subject": "KIM-1"}, {"subject": "kim-1 "}, {"issuer": "https://id.acme.example/"}],
)
def test_another_subject_or_issuer_is_another_person(changes):
    assert replace(KIM, **changes).key != KIM.key


def test_the_key_is_32_hexadecimal_digits_and_tells_nothing():
    assert re.fullmatch(r"[0-9a-f]{32}", KIM.key)
    assert re.fullmatch(r"[0-9a-f]{32}", person_key("https://id.acme.example", "Größe \U0001f989" * 1000))


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"given_name": "Kim", "family_name": "Lee", "username": "kl"}, "Kim Lee"),
        ({"given_name": "Cher"}, "Cher"),
        ({"family_name": "Lee"}, "Lee"),
        ({"username": "kim.lee", "email": "k@acme.example"}, "kim.lee"),
        ({"email": "k@acme.example"}, "k@acme.example"),
        ({}, "you"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(claims, name):
    assert Identity("https://id.acme.example", "kim-1", "acme", **claims).display_name == name


def test_an_identity_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        KIM.subject = "uma"
