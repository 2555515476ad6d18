"""``talentlms-gateway trace``."""

import json
import time

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.database.audit_trail import AuditTrail
from gateway.database.upgrade import opened
from gateway.store.connection import connect
from gateway.store.traces import Traces, packed
from schemas.audit_entry import AuditEntry
from schemas.request_trace import RequestTrace
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.test_factory import clean_environment

NOW = int(time.time())
REQUEST = RequestTrace(
    reference="7K2M-0QX1",
    at=float(NOW),
    route="/go/course/<course>",
    target="12",
    status=404,
    outcome="refused",
    problem="course-not-found",
    signed_in=True,
    person="a" * 32,
)
ENTRY = AuditEntry(at=NOW - 5, event="sign_out", outcome="success", reference="7K2M-0QX1", person="a" * 32, user_id=7)
OTHER = AuditEntry(at=NOW, event="sign_out", outcome="success", reference="7K2M-0QX2", person="b" * 32)


@pytest.fixture
def run(redis_server, tmp_path):
    """Return what calls the command; changes are variables, ``None`` removes one."""
    url = new_database(tmp_path)
    store = connect(redis_server.url)
    store.ask("FLUSHALL")
    Traces(store).write([packed(REQUEST)])
    database = opened(Secret(url))
    for entry in (ENTRY, OTHER):
        AuditTrail(database).add(entry)
    usual = {"GATEWAY_DATABASE_URL": url, "GATEWAY_REDIS_URL": redis_server.url.reveal()}

    def called(*arguments, **changes):
        done = CliRunner().invoke(main, ["trace", *arguments], env=clean_environment(**(usual | changes)))
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return called


@pytest.mark.parametrize("typed", ["7K2M-0QX1", "7k2m-0qx1", "7K2MOQXL", " 7k2m oqxi ", "7K2M\N{EN DASH}0QX1"])
def test_a_code_is_understood_however_it_was_written_down(run, typed):
    result = run(typed)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[:3] == ["Reference code: 7K2M-0QX1", f"Person: {'a' * 32}", "TalentLMS account: 7"]
    assert lines[4].endswith(" UTC: signed out (by the audit trail).")
    assert "asked for course 12, was signed in, was shown the error course-not-found, status 404" in lines[5]
    assert "docs/operating.md" in lines[-1]
    assert "b" * 32 not in result.output


def test_json_has_the_request_and_the_entries(run):
    told = json.loads(run("7K2M-0QX1", "--json").output)
    assert told["reference"] == "7K2M-0QX1"
    assert (told["request"]["route"], told["request"]["problem"]) == ("/go/course/<course>", "course-not-found")
    assert [one["event"] for one in told["audit"]] == ["sign_out"]
    assert told["not_asked"] == []


def test_of_an_unknown_code_it_says_what_to_do(run):
    result = run("ZZZZ-ZZZZ")
    assert result.exit_code == 1
    assert result.output.startswith("Nothing is known of ZZZZ-ZZZZ. Read the code once more")


@pytest.mark.parametrize("typed", ["", "7K2M", "7K2M-9QXDD", "7K2M-9QXU", "\x1b[31mxx", "7K2M_9QXD"])
def test_what_can_be_no_code_is_refused(run, typed):
    result = run("--", typed)
    assert result.exit_code == 1
    assert "is no reference code" in result.output
    assert "\x1b" not in result.output


def test_without_redis_the_audit_trail_is_told(run):
    result = run("7K2M-0QX1", GATEWAY_REDIS_URL="redis://127.0.0.1:1/0")
    assert result.exit_code == 0
    assert "signed out" in result.output
    assert "Not asked: Redis: store-unavailable" in result.output


def test_with_the_embedded_store_the_audit_trail_is_told(run):
    assert "Not asked: GATEWAY_REDIS_URL is not set" in run("7K2M-0QX1", GATEWAY_REDIS_URL=None).output


def test_without_the_database_what_redis_has_is_told(run, tmp_path):
    (tmp_path / "folder").mkdir()
    result = run("7K2M-0QX1", GATEWAY_DATABASE_URL=f"sqlite:///{tmp_path / 'folder'}")
    assert result.exit_code == 0
    assert "asked for course 12" in result.output
    assert "Not asked: The database cannot be used" in result.output
