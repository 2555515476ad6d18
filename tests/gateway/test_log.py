import io
import json
import logging
import re

import pytest

from gateway import log
from tests.gateway.threads import at_once

LINK = "https://acme.talentlms.com/index/gotocourse/key:abc123secret,course_id:12"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJraW0ifQ.c2lnbmF0dXJl"


@pytest.fixture
def stream(own_log_handlers):
    written = io.StringIO()
    log.configure("debug", written)
    return written


@pytest.fixture
def lines(stream):
    """Return what was logged, line by line."""
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_time_level_and_reference(lines):
    code = log.begin()
    log.event("sign_in.completed", provider="acme", person="4711", count=3)
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    expected = {"level": "info", "event": "sign_in.completed", "reference": code}
    assert line == expected | {"provider": "acme", "person": "4711", "count": 3}


def test_a_reference_can_be_read_out_over_the_telephone():
    codes = {log.begin() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert log.reference() in codes


def test_each_thread_has_its_own_reference_and_visitor():
    def work(number):
        code = log.begin(f"203.0.113.{number}", "Browser")
        return code == log.reference(), log.client()

    assert at_once(20, work) == [(True, f"203.0.113.{number}") for number in range(20)]


def test_an_audit_event_says_who_from_where_and_with_which_outcome(lines):
    log.begin("203.0.113.7", "Browser " * 100)
    log.audit("sign_in", outcome="success", person="4711")
    log.audit("sign_in", outcome="refused", remedy="verify the address")
    first, second = lines()
    assert (first["audit"], first["outcome"], first["client"], first["level"]) == (
        True,
        "success",
        "203.0.113.7",
        "info",
    )
    assert (second["outcome"], second["level"], second["remedy"]) == ("refused", "warning", "verify the address")
    assert len(first["user_agent"]) == 200


@pytest.mark.statement(62)
@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", '"}\n{"event": "forged"}', "\x1b[31m", "\x00"])
def test_no_value_forges_a_second_line(stream, lines, value):
    log.event("problem", note=value)
    assert stream.getvalue().count("\n") == 1
    assert lines()[0]["note"] == value


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "passwd", "client_secret", "access_token", "id_token_hint", "api_key", "apikey",
        "login_key", "goto_url", "redirect_url", "Authorization", "cookie", "Set-Cookie", "session_id", "sessionid",
        "code_verifier", "nonce", "client_assertion", "code", "state", "key", "link", "sid", "csrf_token",
    ],
)  # fmt: skip
def test_values_of_secret_names_are_blotted(stream, name):
    log.event("problem", **{name: "hunter2"})
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize("name", ["person", "user_id", "status", "path", "outcome", "reason", "course_id", "note"])
def test_values_of_ordinary_names_stay(lines, name):
    log.event("problem", **{name: "hunter2"})
    assert lines()[0][name] == "hunter2"


SECRETS_IN_TEXT = [
    (LINK, "abc123secret"),
    ("GET https://acme.talentlms.com/index/autologin/key:abc123secret failed", "abc123secret"),
    ("https://acme.talentlms.com/index/logout/token:abc123secret,next:aHR0cA==", "abc123secret"),
    (f"token was {JWT} and so on", "eyJzdWIiOiJraW0ifQ"),
    ("Authorization: Basic c2VjcmV0OnNlY3JldA==", "c2VjcmV0OnNlY3JldA"),
    ("authorization: bearer abc123secret", "abc123secret"),
    ("redis://:abc123secret@redis.internal:6379/0", "abc123secret"),
    ("rediss://user:abc123secret@redis.internal:6379/0", "abc123secret"),
    ("/callback/acme?code=abc123secret&state=other456secret", "abc123secret"),
    ("/callback/acme?code=abc123secret&state=other456secret", "other456secret"),
    ("grant_type=authorization_code&code_verifier=abc123secret&client_secret=x", "abc123secret"),
    ("login=kim&password=abc123secret", "abc123secret"),
    ("csrf_token=abc123secret", "abc123secret"),
    ("Cookie: __Host-talentlms_gateway_session=abc123secret; theme=dark", "abc123secret"),
    ("Cookie: talentlms_gateway_transaction_0a1b2c=1234.abc123secret", "abc123secret"),
    ('{"id": "7", "login_key": "abc123secret"}', "abc123secret"),
    ('{"id":"7","password":"abc123secret"}', "abc123secret"),
    ("{'access_token': 'abc123secret'}", "abc123secret"),
    ("api_key=abc123secret", "abc123secret"),
    ("https://user:abc123secret@id.acme.example/token", "abc123secret"),
]


@pytest.mark.statement(61)
@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_inside_a_text_are_blotted(text, secret):
    assert secret not in log.blotted(text)


@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_inside_a_logged_text_are_blotted(stream, text, secret):
    log.event("problem", note=text)
    assert secret not in stream.getvalue()


@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_in_a_traceback_are_blotted(stream, text, secret):
    logging.getLogger("gateway").error("problem.unforeseen", exc_info=RuntimeError(text))
    assert "RuntimeError" in stream.getvalue()
    assert secret not in stream.getvalue()


def test_secrets_inside_a_structure_are_blotted(stream):
    log.event("problem", answer={"user": {"id": 7, "password": "hunter2"}}, others=[{"token": "hunter3"}])
    assert "hunter" not in stream.getvalue()


def test_blotting_leaves_the_line_json_and_the_rest_readable(lines):
    log.event("problem", note=f"went to {LINK} and back", path="/go/course/12")
    (line,) = lines()
    assert line["path"] == "/go/course/12"
    assert line["note"].startswith("went to https://acme.talentlms.com/index/gotocourse/key:")
    assert line["note"].endswith(" and back")


@pytest.mark.parametrize("text", ["https://training.acme.com/go/course/12", "no secret here", "status: active", "a=b"])
def test_what_is_no_secret_stays_as_it_is(text):
    assert log.blotted(text) == text


def test_foreign_loggers_are_held_at_warning_whatever_the_level(lines):
    logging.getLogger("urllib3.connectionpool").debug("GET /api/v1/users")
    logging.getLogger("authlib").info("code_verifier")
    logging.getLogger("urllib3.connectionpool").warning("Retrying")
    (line,) = lines()
    assert (line["event"], line["logger"]) == ("Retrying", "urllib3.connectionpool")


def test_our_own_events_below_the_level_are_left_out(stream):
    log.configure("warning", stream)
    log.event("small")
    log.event("large", level=logging.WARNING)
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["large"]


def test_configuring_twice_does_not_write_twice(stream, lines):
    log.configure("debug", stream)
    log.event("problem")
    assert len(lines()) == 1


def test_a_value_that_json_does_not_know_is_written_as_text(lines):
    log.event("problem", path=object(), kinds={1, 2})
    assert "object" in lines()[0]["path"]


def test_text_that_is_not_valid_unicode_loses_no_event(own_log_handlers):
    raw = io.BytesIO()
    written = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
    log.configure("debug", written)
    log.event("problem", note="\ud800")
    assert json.loads(raw.getvalue())["event"] == "problem"
    written.detach()
