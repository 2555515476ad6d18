"""The wire: nothing that a value holds can change the action or smuggle in another argument."""

import base64
import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, unquote, unquote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.errors import Unwritable
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.wire import Dialect, fits_a_path, form, path, written
from tests.gateway.talentlms.asked import REQUESTS
from tests.gateway.talentlms.surface import Recorder, called, walk
from tests.gateway.talentlms.surface import example as example_reply

REDIRECTS = {"logout_redirect", "course_completed_redirect", "redirect_url", "domain_url"}
TYPED = (bool, Decimal, datetime, date, dict, list)
CHECKED = {"status", "role", "timezone", "currency", "event_type", "signup_method"}

ANY_TEXT = st.text(st.characters(codec=None), max_size=12)  # lone surrogates and control characters too
SMUGGLED = st.sampled_from(
    [
        *(
            "7,user_id:1",
            "x/../deleteuser",
            "../users",
            "a:b",
            "a%2Cb",
            "a%3Ab",
            "%2e%2e/",
            "a&user_id=1",
            "a?b=c#d",
            "a+b",
        ),
        *(
            "..",
            ".",
            "\r\nHost: elsewhere",
            "a\0b",
            "a\\b",
            "a;b",
            "a=b",
            "ü@exämple.org",
            "\ud800",
            "\u202e",
            " ",
            "\u2028",
        ),
    ]
)
VALUES = ANY_TEXT | SMUGGLED


def taken_apart(raw):
    """Split a path as TalentLMS has to: raw, by the signs that separate, and decode afterwards."""
    action, _, rest = raw.partition("/")
    assert "/" not in rest
    pairs = [piece.split(":") for piece in rest.split(",")] if rest else []
    assert all(len(pair) == 2 for pair in pairs)
    return action, [(name, unquote(value)) for name, value in pairs]


def free_parameters(asked):
    return [name for name, value in asked.arguments.items() if not isinstance(value, TYPED) and name not in CHECKED]


def on_the_wire(name, value, endpoint):
    wire_name = endpoint.names.get(name, name)
    return wire_name, base64.b64encode(value.encode()).decode() if wire_name in REDIRECTS else value


@given(st.sampled_from(REQUESTS), st.data())
def test_no_value_changes_the_action_or_adds_an_argument(asked, data):
    assume(free_parameters(asked))
    values = {name: data.draw(VALUES) for name in free_parameters(asked)}
    recorder = Recorder(example_reply(asked.operation))
    lms = TalentLMS(recorder, date_format="DDMMYYYY")
    try:
        called(lms, asked.method)(**{**asked.arguments, **values})
    except Unwritable:
        assert recorder.sent == []
        return
    [(verb, sent, body, _)] = recorder.sent
    endpoint = called(lms, asked.method).endpoint
    expected = dict(on_the_wire(name, value, endpoint) for name, value in values.items() if value)
    action, pairs = (sent, parse_qsl(body.decode(), keep_blank_values=True)) if verb == "POST" else taken_apart(sent)
    assert action == endpoint.action
    assert len(pairs) == len(dict(pairs))
    assert {name: value for name, value in pairs if name in expected} == expected
    others = {endpoint.names.get(name, name) for name in asked.arguments if name not in values}
    numbered = {f"custom_field_{number}" for number in asked.arguments.get("custom_fields", ())}
    assert {name for name, _ in pairs} - set(expected) <= others | numbered


@given(st.dictionaries(st.sampled_from(["user_id", "email", "status", "coupon"]), VALUES.filter(bool), min_size=1))
def test_what_a_path_carries_arrives_as_it_was_however_plus_is_read(texts):
    try:
        raw = path("someaction", texts)
    except Unwritable:
        return
    action, pairs = taken_apart(raw)
    assert (action, dict(pairs)) == ("someaction", texts)
    assert unquote_plus(raw) == unquote(raw)
    assert raw.isascii()
    assert raw.isprintable()
    assert not set(raw) & set(' "<>?#&\\^`{|}+')


@given(st.dictionaries(st.text(max_size=5), VALUES))
def test_what_a_form_carries_arrives_as_it_was(texts):
    try:
        body = form(texts)
    except Unwritable:
        return
    assert dict(parse_qsl(body.decode("ascii"), keep_blank_values=True)) == texts
    assert len(body.split(b"&")) == max(len(texts), 1)


@given(st.dictionaries(st.integers() | VALUES, VALUES | st.booleans(), max_size=4))
def test_a_custom_field_is_named_by_a_number_and_by_nothing_else(custom_fields):
    try:
        texts = written("usersignup", {"custom_fields": custom_fields}, Dialect())
    except Unwritable:
        assert any(type(number) is not int or number < 1 for number in custom_fields)
    else:
        assert set(texts) == {f"custom_field_{number}" for number in custom_fields}


@given(st.lists(VALUES))
def test_an_entry_of_a_list_stays_one_entry(options):
    try:
        text = written("x", {"options": options}, Dialect()).get("options", "")
    except Unwritable:
        assert any(";" in option for option in options)
    else:
        assert text == ";".join(options)


@pytest.mark.parametrize("asked", [one for one in REQUESTS if one.operation in ("users/email", "users/username")])
@given(value=VALUES)
@example(value="kim+lee@example.com")
@example(value="o'neill,jr@example.com")
@example(value="josé@example.com")
def test_a_look_up_that_no_path_carries_goes_as_a_form(asked, value):
    assume(value)
    recorder = Recorder(example_reply(asked.operation))
    try:
        called(TalentLMS(recorder), asked.method)(value)
    except Unwritable:
        assert "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
        return
    [(verb, sent, body, _)] = recorder.sent
    if verb == "GET":
        assert taken_apart(sent)[1] == [(next(iter(asked.arguments)), value)]
        assert "%" not in sent
    else:
        assert (sent, parse_qsl(body.decode())) == ("users", [(next(iter(asked.arguments)), value)])


def test_an_at_sign_stands_literally_in_a_path():
    assert path("users", {"email": "kim@example.com"}) == "users/email:kim@example.com"


@pytest.mark.parametrize("sign", [*",:+/\\?#%&", "\n", "\x7f", "\u00a0", "\ud800"])
def test_a_sign_whose_fate_is_unknown_is_refused_with_the_parameters_name(sign):
    with pytest.raises(Unwritable, match="group_key: a path carries no"):
        path("addusertogroup", {"user_id": "7", "group_key": f"a{sign}b"})
    assert not fits_a_path(f"a{sign}b")


@pytest.mark.parametrize("address", ["https://gw.example/signed-out", "https://gw.example/completed/12"])
def test_the_gateways_own_addresses_fit_a_path_in_base64(address):
    texts = written("gotocourse", {"logout_redirect": address}, Dialect())
    assert base64.b64decode(texts["logout_redirect"], validate=True).decode() == address
    assert path("gotocourse", texts).endswith(texts["logout_redirect"])


def test_an_address_whose_base64_breaks_a_path_is_refused_before_the_call():
    recorder = Recorder()
    address = next(url for url in (f"https://gw.example/{'x' * n}?a=b" for n in range(3)) if "/" in encoded(url))
    with pytest.raises(Unwritable, match="logout_redirect"):
        TalentLMS(recorder).courses.go_to(7, 12, logout_redirect=address)
    assert recorder.sent == []


def encoded(url):
    return base64.b64encode(url.encode()).decode()


@pytest.mark.parametrize(
    ("spelling", "sent"),
    [("base64", "aHR0cHM6Ly9ndy5leGFtcGxlL3NpZ25lZC1vdXQ="), ("plain", "https://gw.example/signed-out")],
)
def test_userlogin_takes_its_redirect_as_the_client_was_told(spelling, sent):
    recorder = Recorder(example_reply("userlogin"))
    lms = TalentLMS(recorder, userlogin_redirect=spelling)
    lms.users.log_in("kim", "secret", logout_redirect="https://gw.example/signed-out")
    [(_, _, body, _)] = recorder.sent
    assert dict(parse_qsl(body.decode()))["logout_redirect"] == sent


def test_gotocourse_takes_base64_whatever_userlogin_takes():
    recorder = Recorder(example_reply("gotocourse"))
    TalentLMS(recorder, userlogin_redirect="plain").courses.go_to(7, 12, logout_redirect="https://gw.example/")
    assert recorder.sent[0][1].endswith("logout_redirect:aHR0cHM6Ly9ndy5leGFtcGxlLw==")


@pytest.mark.parametrize(
    ("date_format", "sent"),
    [("DDMMYYYY", "03/11/2026"), ("MMDDYYYY", "11/03/2026"), ("YYYYMMDD", "2026/11/03")],
)
def test_a_deactivation_date_is_written_in_the_domains_format(date_format, sent):
    dialect = Dialect(date_format=date_format)
    assert written("edituser", {"deactivation_date": date(2026, 11, 3)}, dialect) == {"deactivation_date": sent}


def test_a_deactivation_date_is_refused_while_the_format_is_unknown():
    with pytest.raises(Unwritable, match=r"date_format, see site\.info"):
        TalentLMS(Recorder()).users.edit(7, deactivation_date=date(2026, 11, 3))


def test_never_takes_the_deactivation_date_away_and_none_leaves_it():
    assert written("edituser", {"deactivation_date": "never"}, Dialect()) == {"deactivation_date": ""}
    assert written("edituser", {"deactivation_date": None}, Dialect()) == {}


@pytest.mark.parametrize("value", ["03/11/2026", "", 5, True])
def test_a_deactivation_date_is_a_date_or_never(value):
    with pytest.raises(Unwritable, match="a date is wanted"):
        written("edituser", {"deactivation_date": value}, Dialect(date_format="DDMMYYYY"))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("restrict_email", True, "on"),
        ("restrict_email", False, "off"),
        ("permanent", True, "yes"),
        ("permanent", False, "no"),
        ("remove_certification", True, "yes"),
        ("price", Decimal("1E+2"), "100"),
        ("price", Decimal("0.10"), "0.10"),
        ("user_id", 7, "7"),
        ("start_datetime", datetime(2020, 10, 1, tzinfo=UTC), "1601510400"),
        ("header_hidden_options", ["units", "courseName"], "units;courseName"),
        ("header_hidden_options", iter(["units"]), "units"),
    ],
)
def test_each_kind_of_value_has_its_spelling(name, value, text):
    assert written("x", {name: value}, Dialect()) == {name: text}


@pytest.mark.parametrize("value", [None, "", [], ()])
def test_what_is_empty_is_left_out(value):
    assert written("x", {"bio": value}, Dialect()) == {}


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2020, 10, 1, tzinfo=UTC).replace(tzinfo=None),
        date(2020, 10, 1),
        1.5,
        object(),
    ],
)
def test_a_value_of_no_known_kind_is_refused(value):
    with pytest.raises(Unwritable, match="price"):
        written("x", {"price": value}, Dialect())


def test_custom_fields_are_a_mapping():
    with pytest.raises(Unwritable, match="mapping"):
        written("x", {"custom_fields": ["Sales"]}, Dialect())


@pytest.mark.parametrize(
    "given_names",
    [{}, {"user_id": 7}, {"course_id": 12}, {"user_id": 7, "user_email": "a@b.example", "course_id": 12}],
)
def test_an_enrolment_names_exactly_one_user_and_one_course(given_names):
    with pytest.raises(Unwritable, match="exactly one of"):
        TalentLMS(Recorder()).courses.add_user(**given_names)


def test_a_timeline_is_about_one_thing_at_most():
    with pytest.raises(Unwritable, match="no more than one of"):
        TalentLMS(Recorder()).site.timeline("user_login_user", user_id=7, course_id=12)


def test_no_operation_takes_a_parameter_that_the_wire_would_not_name():
    for operation in walk():
        assert set(operation.endpoint.names) <= set(inspect.signature(operation.function).parameters)
