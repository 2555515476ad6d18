import copy
import json
import logging
import pickle
import traceback

import pytest

from schemas.link import Link
from schemas.secret import Secret

KINDS = (Secret, Link)
TEXT = "https://acme.talentlms.com/index/gotocourse/key:abc"


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_does_not_show_itself_however_it_is_printed(kind):
    secret = kind(TEXT)
    logged = logging.LogRecord("gateway", logging.INFO, "", 0, "%s %r", (secret, secret), None).getMessage()
    shown = f"{secret}{secret!r}{secret!s}{secret:>40}" + logged + str([secret]) + str({"a": secret})
    assert "abc" not in shown
    assert repr(secret) == f"{kind.__name__}(…)"


def test_a_secret_does_not_show_itself_in_a_traceback():
    error = ValueError(Secret(TEXT))
    assert "abc" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_reveals_itself_to_those_who_ask_by_name(kind):
    assert kind(TEXT).reveal() == TEXT


@pytest.mark.parametrize("send", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps])
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_cannot_be_stored_or_sent_on(kind, send):
    with pytest.raises(TypeError) as refused:
        send(kind(TEXT))
    assert "abc" not in str(refused.value)


def test_secrets_are_equal_when_their_texts_are():
    assert Secret("ä") == Secret("ä")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_an_empty_secret_is_false():
    assert not Secret("")
    assert Secret("x")


def test_a_secret_takes_no_further_attributes():
    with pytest.raises(AttributeError):
        Secret("x").note = "y"
