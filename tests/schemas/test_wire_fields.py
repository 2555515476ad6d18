"""Fields for replies: what TalentLMS writes, and what it becomes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from schemas.wire_fields import Duration, Limit, Many, Number, Numbered, Percentage, Text, Texts, Timestamp, decoded


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Terms &amp; Conditions", "Terms & Conditions"),
        ("O&#039;Neill", "O'Neill"),
        ("&#x20AC;5 &euro;5", "€5 €5"),
        ("&lt;b&gt;", "<b>"),
        ("R&D, AT&T, x&y=z", "R&D, AT&T, x&y=z"),
        ("&notanentity;", "&notanentity;"),
        ("&copy without an end", "&copy without an end"),
        ("&amp;amp;", "&amp;"),
        ("half a \ud83d", "half a ?"),
        (7, "7"),
        (1.5, "1.5"),
        (None, ""),
        ("", ""),
    ],
)
def test_text_has_its_entities_decoded_once(written, text):
    assert Text().deserialize(written) == text


@given(st.text(st.characters(codec=None)))
def test_whatever_text_comes_it_can_be_written_out_again(written):
    assert isinstance(decoded(written).encode(), bytes)


@pytest.mark.parametrize("written", [[], {}, ["a"]])
def test_text_is_no_list(written):
    with pytest.raises(ValidationError):
        Text().deserialize(written)


@pytest.mark.parametrize("written", ["1366019098", 1366019098, " 1366019098 "])
def test_a_timestamp_is_an_instant(written):
    assert Timestamp().deserialize(written) == datetime(2013, 4, 15, 9, 44, 58, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "0", 0])
def test_an_empty_timestamp_is_no_instant(written):
    assert Timestamp().deserialize(written) is None


@pytest.mark.parametrize("written", ["15/04/2013", "soon", [], 10**30, float("inf"), float("nan")])
def test_a_timestamp_is_in_epoch_seconds(written):
    with pytest.raises(ValidationError, match="epoch"):
        Timestamp().deserialize(written)


@pytest.mark.parametrize(
    ("written", "number"),
    [("100", 100), ("87.50%", Decimal("87.50")), (" 4", 4), (12.5, Decimal("12.5")), ("-1", -1)],
)
def test_a_number_may_be_text_and_a_percentage(written, number):
    assert Number().deserialize(written) == number


@pytest.mark.parametrize("written", ["much", "NaN", "Infinity", [], "1,5"])
def test_a_number_is_a_number(written):
    with pytest.raises(ValidationError):
        Number().deserialize(written)


@pytest.mark.parametrize(("written", "percentage"), [("100", 100), ("99.9", 99), (33, 33), ("66.67%", 66)])
def test_a_percentage_is_rounded_down(written, percentage):
    assert Percentage().deserialize(written) == percentage


@pytest.mark.parametrize("written", ["unlimited", "Unlimited", "Never", "Forever", "-1", -1])
def test_a_limit_may_be_none(written):
    assert Limit().deserialize(written) is None


def test_a_limit_may_be_a_number():
    assert Limit().deserialize("100") == 100


@pytest.mark.parametrize(
    ("reply", "time"),
    [
        ({"total_time": "3m 33s", "total_time_seconds": 213}, timedelta(seconds=213)),
        ({"total_time": "4m 44s", "total_time_seconds": 484}, timedelta(seconds=484)),
        ({"total_time": "3m 33s", "total_time_seconds": "213"}, timedelta(seconds=213)),
        ({"total_time": "3m 33s"}, timedelta(seconds=213)),
        ({"total_time": "1d 2h 3m 4s"}, timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ({"total_time": "0s", "total_time_seconds": 0}, timedelta(0)),
        ({"total_time": "a while"}, None),
    ],
)
def test_a_duration_believes_the_seconds_before_the_words(reply, time):
    assert Schema.from_dict({"total_time": Duration()})(unknown="exclude").load(reply) == {"total_time": time}


def test_a_duration_has_an_end():
    with pytest.raises(ValidationError):
        Duration().deserialize("999999999d 999999999h")


class Thing(Schema):
    name = Text()


@pytest.mark.parametrize("written", [[{"name": "a"}, {"name": "b"}], {"7": {"name": "a"}, "9": {"name": "b"}}])
def test_many_may_be_a_list_or_a_map(written):
    assert Many(Thing).deserialize(written) == ({"name": "a"}, {"name": "b"})


@pytest.mark.parametrize("written", ["a", 7, ["a"], {"1": "a"}])
def test_many_are_things(written):
    with pytest.raises(ValidationError):
        Many(Thing).deserialize(written)


@pytest.mark.parametrize("written", ["a;b &amp; c", ["a", "b &amp; c"], {"0": "a", "1": "b & c"}])
def test_texts_may_be_a_list_a_map_or_one_text(written):
    assert Texts().deserialize(written) == ("a", "b & c")


@pytest.mark.parametrize("written", [{"1": "yes", "2": "no"}, ["yes", "no"]])
def test_numbered_texts_may_be_a_map_or_a_list_from_1(written):
    assert Numbered().deserialize(written) == {1: "yes", 2: "no"}


@pytest.mark.parametrize("written", [{"one": "yes"}, "yes", 1])
def test_numbered_texts_have_numbers(written):
    with pytest.raises(ValidationError):
        Numbered().deserialize(written)
