"""Words that TalentLMS takes: Appendix B and the short lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unwritable
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.vocabulary import CURRENCIES, EVENT_TYPES, HEADER_OPTIONS, TIME_ZONES, checked
from sandbox.talentlms import domain_lists, timeline_events, timezones
from tests.gateway.talentlms.surface import Recorder


def test_the_appendix_is_there_to_the_last_entry():
    assert (len(TIME_ZONES), len(CURRENCIES), len(EVENT_TYPES)) == (141, 23, 51)


def test_the_sandbox_read_the_same_appendix():
    assert dict(TIME_ZONES) == dict(timezones.TIME_ZONES)
    assert dict(CURRENCIES) == dict(domain_lists.CURRENCIES)
    assert set(EVENT_TYPES) == set(timeline_events.EVENT_TYPES)


@pytest.mark.parametrize(
    ("parameter", "word", "sent"),
    [
        ("timezone", "2", "2"),
        ("timezone", "Athens, Greece", "2"),
        ("timezone", "-7b", "-7b"),
        ("timezone", "Santiago, Chile", "-4"),
        ("currency", "euro", "euro"),
        ("currency", "Swiss Franc", "chf"),
        ("event_type", "user_login_user", "user_login_user"),
        ("event_type", "User log in", "user_login_user"),
        ("status", "active", "active"),
        ("role", "instructor", "instructor"),
        ("signup_method", "captcha", "captcha"),
        ("header_hidden_options", "units", "units"),
        ("login", "anything at all", "anything at all"),
    ],
)
def test_a_known_word_is_sent_as_talentlms_wants_it(parameter, word, sent):
    assert checked(parameter, word) == sent


@pytest.mark.parametrize(
    ("parameter", "word", "nearest"),
    [
        ("timezone", "Athens", "'2' (Athens, Greece)"),
        ("timezone", "Europe/Berlin", "'52' (Berlin, Germany)"),
        ("timezone", "America/Mexico_City", "'25' (Mexico City)"),
        ("timezone", "utc", "'39' (UTC)"),
        ("currency", "EUR", "'euro' (Euro)"),
        ("currency", "Swiss Frank", "'chf' (Swiss Franc)"),
        ("event_type", "user_login", "'user_login_user' (User log in)"),
        ("event_type", "course_completed", "'course_completion' (User completed course)"),
        ("status", "actve", "'active'"),
        ("status", "Inactive", "'inactive'"),
        ("role", "teacher instructor", "'instructor'"),
        ("signup_method", "e-mail", "'email'"),
        ("header_hidden_options", "coursename", "'courseName'"),
    ],
)
def test_a_wrong_word_is_refused_and_the_nearest_named(parameter, word, nearest):
    with pytest.raises(Unwritable) as caught:
        checked(parameter, word)
    assert caught.value.note == f"{parameter}: there is no {word!r}; the nearest is {nearest}"


@given(st.sampled_from(["timezone", "currency", "event_type", "status"]), st.text(min_size=1))
def test_any_wrong_word_is_refused_with_some_right_one(parameter, word):
    with pytest.raises(Unwritable, match="the nearest is '"):
        checked(parameter, f"no such {word}")


@pytest.mark.parametrize(
    "call",
    [
        lambda lms: lms.users.edit(7, timezone="Atlantis"),
        lambda lms: lms.branches.create("x", currency="shells"),
        lambda lms: lms.site.timeline("user_sneezed"),
        lambda lms: lms.users.set_status(7, "asleep"),
        lambda lms: lms.branches.set_status(7, "asleep"),
        lambda lms: lms.courses.add_user(7, 12, role="cook"),
        lambda lms: lms.courses.go_to(7, 12, header_hidden_options=["units", "logo"]),
        lambda lms: lms.branches.create("x", signup_method="post"),
    ],
)
def test_a_wrong_word_never_leaves_the_gateway(call):
    recorder = Recorder()
    with pytest.raises(Unwritable, match="the nearest is"):
        call(TalentLMS(recorder))
    assert recorder.sent == []


def test_every_header_option_of_the_document_may_be_hidden():
    assert [checked("header_hidden_options", option) for option in HEADER_OPTIONS] == list(HEADER_OPTIONS)
