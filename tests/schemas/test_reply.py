"""What all replies have in common."""

import pytest
from marshmallow import ValidationError

from schemas.link import Link
from schemas.named import Named, NamedSchema
from schemas.reply import GOTO_URL, LOGIN_KEY, ONLINE, REDIRECT_URL, USER_ID, one, several, with_custom_fields


@pytest.mark.parametrize("nothing", [None, "", []])
def test_a_member_that_holds_nothing_counts_as_absent(nothing):
    assert NamedSchema().load({"id": "7", "name": nothing}) == Named(7, "")
    with pytest.raises(ValidationError):
        NamedSchema().load({"id": nothing, "name": "x"})


def test_a_space_around_a_key_is_passed_over():
    assert NamedSchema().load({"id ": " 7", " name": "x"}) == Named(7, "x")


@pytest.mark.parametrize("content", [None, 7, "x", [], [7], True])
def test_a_reply_that_is_no_object_is_refused(content):
    with pytest.raises(ValidationError):
        one(NamedSchema)(content)


@pytest.mark.parametrize("content", [{"id": 7}, [{"id": 7}]])
def test_one_may_come_alone_or_as_a_list_of_one(content):
    assert one(NamedSchema)(content) == Named(7)


def test_two_are_not_one():
    with pytest.raises(ValidationError):
        one(NamedSchema)([{"id": 7}, {"id": 8}])


@pytest.mark.parametrize("content", [[{"id": 7}, {"id": 8}], {"7": {"id": 7}, "8": {"id": 8}}])
def test_several_may_come_as_a_list_or_as_a_map(content):
    assert several(NamedSchema)(content) == (Named(7), Named(8))


@pytest.mark.parametrize("content", [[], {}])
def test_several_may_be_none(content):
    assert several(NamedSchema)(content) == ()


def test_custom_fields_are_gathered_by_number():
    assert with_custom_fields({"custom_field_2": "a &amp; b", "custom_field_x": "c", "id": 1})["custom_fields"] == {
        2: "a & b"
    }


@pytest.mark.parametrize(
    ("read", "key"), [(LOGIN_KEY, "login_key"), (GOTO_URL, "goto_url"), (REDIRECT_URL, "redirect_url")]
)
def test_a_link_is_read_out_of_its_member(read, key):
    assert read({key: " https://portal.example/x ", "user_id": "1"}) == Link("https://portal.example/x")


@pytest.mark.parametrize("content", [{}, {"login_key": ""}, {"login_key": None}, {"login_key": 7}, [], None])
def test_a_reply_without_its_link_is_refused(content):
    with pytest.raises(ValidationError):
        LOGIN_KEY(content)


def test_short_answers_are_numbers_and_truths():
    assert (USER_ID({"user_id": "7"}), USER_ID({"user_id": 7})) == (7, 7)
    assert (ONLINE({"online": True}), ONLINE({"online": "0"})) == (True, False)
