import io
import json
import logging
import re

import pytest

from gateway import context, log
from gateway.log import lines as log_lines
from tests.gateway.test_redaction import LINK, SECRETS_IN_TEXT
from tests.gateway.threads import at_once


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
    code = context.begin().reference
    log.event("sign_in.completed", provider="acme", person="4711", count=3)
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    expected = {"level": "info", "event": "sign_in.completed", "reference": code}
    assert line == expected | {"provider": "acme", "person": "4711", "count": 3}


def test_an_audit_event_says_who_from_where_and_with_which_outcome(lines):
    context.begin("203.0.113.7", "Browser " * 100)
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
    assert len(first["user_agent"]) == 120


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
def test_values_of_secret_names_are_redacted(stream, name):
    log.event("problem", **{name: "hunter2"})
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize("name", ["person", "user_id", "status", "path", "outcome", "reason", "course_id", "note"])
def test_values_of_ordinary_names_stay(lines, name):
    log.event("problem", **{name: "hunter2"})
    assert lines()[0][name] == "hunter2"


@pytest.mark.statement(61)
@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_inside_a_logged_text_are_redacted(stream, text, secret):
    log.event("problem", note=text)
    assert secret not in stream.getvalue()


@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_in_a_traceback_are_redacted(stream, text, secret):
    logging.getLogger("gateway").error("problem.unforeseen", exc_info=RuntimeError(text))
    assert "RuntimeError" in stream.getvalue()
    assert secret not in stream.getvalue()


def test_secrets_inside_a_structure_are_redacted(stream):
    log.event("problem", answer={"user": {"id": 7, "password": "hunter2"}}, others=[{"token": "hunter3"}])
    assert "hunter" not in stream.getvalue()


def test_redaction_leaves_the_line_json_and_the_rest_readable(lines):
    log.event("problem", note=f"went to {LINK} and back", path="/go/course/12")
    (line,) = lines()
    assert line["path"] == "/go/course/12"
    assert line["note"].startswith("went to https://acme.talentlms.com/index/gotocourse/key:")
    assert line["note"].endswith(" and back")


def test_foreign_loggers_are_held_at_warning_whatever_the_level(lines):
    logging.getLogger("urllib3.connectionpool").debug("GET /api/v1/users")
    logging.getLogger("authlib").info("code_verifier")
    logging.getLogger("urllib3.util.retry").warning("Retrying")
    (line,) = lines()
    assert (line["event"], line["logger"]) == ("Retrying", "urllib3.util.retry")


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
    log.event("problem", note="\ud800", path="\ud800" * 8000)
    assert json.loads(raw.getvalue())["event"] == "problem"
    assert len(raw.getvalue()) <= 2048
    written.detach()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_a_line_that_cannot_be_written_is_nobodys_fault(own_log_handlers, error):
    class Full(io.StringIO):
        def write(self, text):
            raise error

    log.configure("info", Full())
    work = context.begin()
    log.event("problem")
    log.audit("launch", outcome="success")
    assert [name for name, _ in work.left.events] == ["problem", "launch"]


def test_the_line_of_a_request_is_whole_though_nothing_is_left_for_others(lines):
    work = context.begin()
    work.left.log_bytes = 0
    log.event("problem")
    log.request("request", work, route="/go", status=302, problem="", person=None, events=[], bytes=0)
    (line,) = lines()
    assert {name: line[name] for name in line if name not in {"time", "level", "reference"}} == {
        "event": "request",
        "route": "/go",
        "status": 302,
        "bytes": 0,
    }


def test_the_line_of_a_request_is_bounded(stream):
    log.request("request", context.begin(), method="\x00" * 300, route="\x00" * 300, status=302)
    assert len(stream.getvalue()) <= context.REQUEST_LINE_BYTES


def test_so_many_events_of_a_piece_of_work_are_remembered(stream):
    work = context.begin()
    for number in range(context.EVENTS + 5):
        log.event("problem", number=number)
    assert [facts["number"] for _, facts in work.left.events] == list(range(context.EVENTS))


# --- what a stranger may write into the log -------------------------------------------------------------------------


@pytest.mark.statement(62)
@pytest.mark.parametrize("code", [0x7F, *range(0x80, 0xA0), 0x2028, 0x2029, 0x202E, 0x2066])
def test_no_character_that_ends_a_line_or_steers_a_terminal_stands_in_the_log(stream, lines, code):
    log.event("problem", note=f"a{chr(code)}b")
    logging.getLogger("urllib3").warning("a%sb", chr(code))
    assert chr(code) not in stream.getvalue()
    assert [lines()[0]["note"], lines()[1]["event"]] == [f"a{chr(code)}b"] * 2


def test_letters_of_every_script_stay_readable(stream):
    log.event("problem", note="Ihre Anmeldung wurde abgelehnt: ungültig, ありません")
    assert "ungültig, ありません" in stream.getvalue()


@pytest.mark.parametrize("name", ["path", "provider", "note", "anything"])
def test_a_long_text_is_shortened(lines, name):
    log.event("problem", **{name: "/" + "a" * 8000})
    (line,) = lines()
    assert line[name] == "/" + "a" * 298 + "…"


def test_a_long_text_is_shortened_wherever_it_stands(lines):
    log.event("problem", others=[{"inner": "a" * 8000}], thing=Exception("b" * 8000))
    logging.getLogger("urllib3").warning("c" * 8000)
    first, second = lines()
    assert [len(text) for text in (first["others"][0]["inner"], first["thing"], second["event"])] == [300] * 3


HOSTILE = ["a", "\x00", '"', "\\", "\u2028", "\x85", "\U0001f600", "é"]


def hostile_request(letter):
    """Log what a request may lead to, every text of it as long as a request can be."""
    context.begin("203.0.113.7", letter * 8000)
    log.audit("sign_in", outcome="refused", reason="bad-request", provider=letter * 8000, note=letter * 8000)
    log.event("problem", level=logging.WARNING, status=400, path=letter * 8000, note=letter * 8000)
    logging.getLogger("gateway").error(
        "problem.unforeseen", exc_info=RuntimeError(letter * 8000), extra={"fields": {"path": letter * 8000}}
    )
    for _ in range(20):
        logging.getLogger("urllib3").warning(letter * 8000)


@pytest.mark.parametrize("letter", HOSTILE)
def test_one_request_writes_two_and_a_half_kilobytes_at_most(stream, lines, letter):
    hostile_request(letter)
    assert len(stream.getvalue().encode()) <= 2560
    assert all(re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", line["reference"]) for line in lines())


@pytest.mark.parametrize("letter", HOSTILE)
def test_what_a_stranger_writes_crowds_out_no_event_of_its_request(lines, letter):
    hostile_request(letter)
    told = lines()
    assert [line["event"] for line in told[:3]] == ["sign_in", "problem", "problem.unforeseen"]
    assert (told[0]["outcome"], told[0]["client"], told[0]["reason"]) == ("refused", "203.0.113.7", "bad-request")
    assert told[1]["status"] == 400
    assert told[2]["shortened"] is True


def test_what_an_ordinary_request_writes_is_whole(lines):
    context.begin(
        "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
    )
    for step in ("adopted", "forgotten", "signed_up"):
        log.audit("provisioning", outcome="success", step=step, person="p" * 43, user_id=4711)
    told = lines()
    assert [line["step"] for line in told] == ["adopted", "forgotten", "signed_up"]
    assert all(line["user_agent"].startswith("Mozilla") and "shortened" not in line for line in told)


@pytest.mark.parametrize("letter", ["\x85", "\u2028", "\U0001f600", '"', "\\", "é", "a"])
def test_what_a_browser_calls_itself_crowds_out_no_fact_of_the_audit_trail(lines, letter):
    context.begin("203.0.113.7", letter * 8000)
    for name in ("provisioning", "enrolment", "launch", "managed_password"):
        log.audit(name, outcome="success", person="p" * 32, user_id=4711, course_id=12)
    assert [(line["user_id"], line["course_id"]) for line in lines()] == [(4711, 12)] * 4


def test_each_request_may_write_as_much_as_the_one_before(lines):
    for _ in range(3):
        hostile_request("a")
    told = {}
    for line in lines():
        told.setdefault(line["reference"], []).append(line["event"])
    first, second, third = told.values()
    assert first == second == third


def test_what_is_logged_after_a_request_belongs_to_none(lines):
    hostile_request("a")
    context.end()
    log.event("budget.not_fed")
    assert (lines()[-1]["event"], lines()[-1]["reference"], context.current().client) == ("budget.not_fed", "-", "")


def test_outside_of_a_request_every_line_is_bounded_and_none_is_left_out(lines, stream):
    def background():
        for _ in range(10):
            log.event("budget.not_fed", why="x", note="\x00" * 8000, others=["\x00" * 8000] * 3)
        return context.current().reference

    assert at_once(1, lambda _: background()) == ["-"]
    assert [line["event"] for line in lines()] == ["budget.not_fed"] * 10
    assert max(len(line) for line in stream.getvalue().splitlines()) <= 2048


def test_a_traceback_tells_what_was_raised_and_where_though_the_message_is_long(lines):
    def innermost():
        raise RuntimeError("b" * 8000)

    def outer(depth):
        return outer(depth - 1) if depth else innermost()

    context.begin()
    try:
        outer(50)
    except RuntimeError as error:
        caught = error
    logging.getLogger("gateway").error("problem.unforeseen", exc_info=caught)
    (line,) = lines()
    assert "in innermost" in line["traceback"]
    assert line["traceback"].startswith("Traceback (")
    assert line["traceback"].splitlines()[-1].startswith("RuntimeError: bbb")
    assert len(line["traceback"]) <= log_lines.TRACEBACK_BYTES


# --- the server's own log --------------------------------------------------------------------------------------------


@pytest.fixture
def plain():
    """A logger of plain text, as gunicorn has one; returns it and what it wrote."""
    written = io.StringIO()
    logger = logging.Logger("server")  # noqa: LOG001 - one that no other test sees
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logger.addHandler(handler)
    logger.addFilter(log_lines.sanitize)
    return logger, written.getvalue


@pytest.mark.statement(62)
@pytest.mark.parametrize("letter", ["\n", "\r", "\x85", "\x9b", "\u2028", "\x1b", "\x00"])
def test_nothing_forges_a_line_of_the_servers_log(plain, letter):
    logger, text = plain
    logger.warning("Invalid request: %s", f"a{letter}b")
    assert text().splitlines() == [text().rstrip("\n")]
    assert letter not in text().removesuffix("\n")


@pytest.mark.statement(62)
def test_nothing_forges_a_line_of_the_servers_log_through_an_exception(plain):
    logger, text = plain
    logger.error("Error handling request", exc_info=RuntimeError('bad\n{"event": "forged"}\x85'))
    assert text().splitlines()[-1] == 'RuntimeError: bad\\n{"event": "forged"}\\x85'


@pytest.mark.parametrize(("text", "secret"), SECRETS_IN_TEXT)
def test_secrets_in_the_servers_log_are_redacted(plain, text, secret):
    logger, written = plain
    logger.error("Error handling request %s", text, exc_info=RuntimeError(text))
    assert "RuntimeError" in written()
    assert secret not in written()


@pytest.mark.parametrize("letter", HOSTILE)
def test_a_line_of_the_servers_log_is_short(plain, letter):
    logger, text = plain
    logger.error("Error handling request %s", letter * 8000, exc_info=RuntimeError(letter * 8000))
    assert len(text().encode("utf-8", "backslashreplace")) <= 2048
