"""The application is made once, from settings that are right, or not at all."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy

from gateway import create_app, database_fault
from gateway.config import BadSettings, RegisteredAddresses, load
from gateway.database.connection import connect
from schemas.secret import Secret
from tests.databases import new_database
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
GOOD = {
    "GATEWAY_PUBLIC_URL": "https://training.acme.example",
    "GATEWAY_SECRET_KEYS": "key-of-the-tests-" * 3,
    "TALENTLMS_URL": "http://127.0.0.1:9",
    "TALENTLMS_API_KEY": "key-of-nobody",
    "OIDC_ISSUER": "http://127.0.0.1:9",
    "OIDC_CLIENT_ID": "gateway",
    "OIDC_CLIENT_SECRET": "secret-of-nobody",
}
OURS = ("GATEWAY_", "TALENTLMS_", "OIDC_", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "SCRIPT_NAME")


@pytest.fixture
def environ(monkeypatch, own_log_handlers, tmp_path):
    """Set the good settings with some changed; ``None`` removes one."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)

    def changed(**changes):
        for name, text in (GOOD | changes).items():
            if text is not None:
                monkeypatch.setenv(name, text)

    return changed


def clean_environment(**changes):
    others = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
    return {name: text for name, text in (others | GOOD | changes).items() if text is not None}


@pytest.fixture
def gunicorn(tmp_path):
    """Start gunicorn on a free port; whatever was started is ended with the test.

    Most begin with all that gunicorn imports (``tests/journeys/prepared.py``), those ``from_nothing`` as an operator's.
    """
    running = []

    def started(*arguments, from_nothing=False, **changes):
        port = free_port()
        program = [str(Path(sys.executable).with_name("gunicorn"))] if from_nothing else []
        command = [*program, "--bind", f"127.0.0.1:{port}", *arguments, "app:app"]
        environment = clean_environment(**{"STATE_DIRECTORY": str(tmp_path), **changes})
        process = Process(command, tmp_path / f"{port}.log", environment, is_prepared=not from_nothing)
        running.append(process)
        return process, port

    yield started
    for process in running:
        process.signal(signal.SIGQUIT)  # at once: nothing is under way any more
        process.ended()


def answers(process, port):
    """Return whether the server answers before it ends."""
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=PATIENT_SECONDS) as answer:
                return answer.status == 200
        except urllib.error.URLError:
            time.sleep(0.05)
    return False


def refused(process, port):
    """Return what a server says that does not start, of which it ends with another code than 0."""
    assert not answers(process, port)
    assert process.ended() != 0
    told = process.text()
    assert "Traceback" not in told
    return told


def lines_until_the_end(process):
    """End a server; return the lines of its log."""
    process.signal(signal.SIGTERM)
    process.ended()
    return [json.loads(line) for line in process.text().splitlines() if line.startswith("{")]


def test_good_settings_make_an_application_that_asks_nobody(environ):
    environ()
    assert create_app().test_client().get("/livez").status_code == 200


@pytest.mark.statement(64)
def test_bad_settings_make_none_and_all_faults_are_told_at_once(environ):
    environ(GATEWAY_SECRET_KEYS="hunter2", TALENTLMS_API_KEY=None, GATEWAY_RATE_LIMIT="off")
    with pytest.raises(BadSettings) as refused:
        create_app()
    told = str(refused.value)
    for name in ("GATEWAY_SECRET_KEYS", "TALENTLMS_API_KEY", "GATEWAY_RATE_LIMIT"):
        assert f"{name}: " in told
    assert "hunter2" not in told


def test_two_applications_of_one_process_share_nothing(environ):
    environ()
    first, second = create_app(), create_app()
    assert first.extensions is not second.extensions
    assert first.url_map is not second.url_map


def test_every_address_has_its_route(environ):
    environ(GATEWAY_PASSWORD_SIGN_IN="on")
    rules = {(method, str(rule)) for rule in create_app().url_map.iter_rules() for method in rule.methods}
    for path in (
        "/",
        "/login",
        "/login/<provider>",
        "/login/initiate",
        "/callback/<provider>",
        "/login/password",
        "/go",
        "/completed",
    ):
        assert ("GET", path) in rules
    for path in ("/go/course/<course>", "/completed/<course>", "/buy/course/<course>", "/buy/category/<category>"):
        assert ("GET", path) in rules
    for path in ("/logout", "/logout/continue", "/signed-out", "/livez", "/readyz", "/frontchannel-logout/<provider>"):
        assert ("GET", path) in rules
    for path in ("/logout", "/login/password", "/login/initiate", "/backchannel-logout/<provider>"):
        assert ("POST", path) in rules


def test_every_address_that_is_registered_at_a_provider_is_one(environ):
    environ()
    app = create_app()
    url = GOOD["GATEWAY_PUBLIC_URL"]
    routes = app.url_map.bind(urlsplit(url).netloc)
    registered = asdict(RegisteredAddresses.of(url, "default"))
    assert len(registered) == 5
    for name, address in registered.items():
        method = "POST" if name == "back_channel_logout" else "GET"
        assert address.startswith(url)
        assert routes.match(address.removeprefix(url), method=method)


def test_no_secret_stands_in_the_application(environ):
    environ()
    app = create_app()
    assert app.secret_key is None
    assert not app.debug
    for text in ("key-of-the-tests", "key-of-nobody", "secret-of-nobody"):
        assert text not in repr(app.config) + repr(vars(app))


# --- gunicorn --------------------------------------------------------------------------------------------------


def test_gunicorn_serves_the_gateway(gunicorn):
    assert answers(*gunicorn(from_nothing=True))


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ((), {"WEB_CONCURRENCY": "2", "from_nothing": True}),
        (("--workers", "2"), {}),
        (("-w", "3"), {"WEB_CONCURRENCY": "1"}),
    ],
)
def test_gunicorn_refuses_two_workers_on_the_embedded_store(gunicorn, arguments, changes):
    assert "GATEWAY_REDIS_URL is not set" in refused(*gunicorn(*arguments, **changes))


def test_gunicorn_serves_with_two_workers_where_redis_is_shared(gunicorn, redis_server):
    assert answers(*gunicorn(WEB_CONCURRENCY="2", GATEWAY_REDIS_URL=redis_server.url.reveal()))


def test_gunicorn_does_not_start_on_a_file_that_cannot_be_made(gunicorn, tmp_path):
    (tmp_path / "file").write_text("")
    told = refused(*gunicorn(GATEWAY_DATABASE_URL=f"sqlite:///{tmp_path}/file/gateway.db"))
    assert "GATEWAY_DATABASE_URL: its file cannot be used" in told


@pytest.fixture
def changed_by_a_newer_version(tmp_path, postgresql):
    """A database, named by its kind, whose tables this version does not know."""

    def made(kind):
        url = Secret(new_database(tmp_path)) if kind == "sqlite" else postgresql.new_database_with_tables()
        database = connect(url)
        with database.transaction() as connection:
            connection.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
        database.close()
        return url.reveal().replace("127.0.0.1", "localhost")  # a name, which is looked up before the workers fork

    return made


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_gunicorn_does_not_start_on_tables_of_a_newer_version_and_says_what_to_do(
    gunicorn, changed_by_a_newer_version, kind
):
    process, port = gunicorn(GATEWAY_DATABASE_URL=changed_by_a_newer_version(kind))
    told = refused(process, port)
    assert process.ended() == 1
    assert "a newer version of the gateway has changed its tables (they are at 9999, this one knows" in told
    assert "restore the backup from before the upgrade" in told


def test_nor_does_a_worker_apart(changed_by_a_newer_version, tmp_path, redis_server):
    command = [Path(sys.executable).with_name("talentlms-gateway"), "worker"]
    settings = clean_environment(
        GATEWAY_DATABASE_URL=changed_by_a_newer_version("sqlite"),
        GATEWAY_WORKER="apart",
        GATEWAY_REDIS_URL=redis_server.url.reveal(),
    )
    ended = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=PATIENT_SECONDS, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("GATEWAY_DATABASE_URL: a newer version of the gateway has changed its tables")


def test_gunicorn_serves_from_a_database_server_that_its_first_process_has_asked(gunicorn, postgresql, redis_server):
    url = postgresql.new_database().reveal().replace("127.0.0.1", "localhost")
    shared = {"GATEWAY_DATABASE_URL": url, "GATEWAY_REDIS_URL": redis_server.url.reveal()}
    process, port = gunicorn(from_nothing=True, WEB_CONCURRENCY="2", **shared)
    assert answers(process, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENT_SECONDS) as answer:
        assert json.load(answer)["database"] == "ok"


def test_gunicorn_serves_people_who_are_signed_in_while_a_database_server_is_away(gunicorn):
    process, port = gunicorn(GATEWAY_DATABASE_URL=f"postgresql://gateway@127.0.0.1:{free_port()}/gateway")
    assert answers(process, port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENT_SECONDS) as answer:
        assert (answer.status, json.load(answer)["database"]) == (200, "unavailable")
    lines = lines_until_the_end(process)
    assert [line["why"] for line in lines if line["event"] == "database.not_prepared"] == ["database-unavailable"]


def test_gunicorn_logs_once_what_is_dangerous_however_many_workers_there_are(gunicorn, redis_server):
    process, port = gunicorn(
        WEB_CONCURRENCY="2", GATEWAY_REDIS_URL=redis_server.url.reveal(), GATEWAY_RATE_LIMITS="off"
    )
    assert answers(process, port)
    lines = lines_until_the_end(process)
    warned = [line for line in lines if line["event"] == "settings.risk"]
    assert [line["setting"] for line in warned] == ["GATEWAY_TRUSTED_PROXIES", "GATEWAY_RATE_LIMITS"]
    assert {line["level"] for line in warned} == {"warning"}
    assert all(line["note"] for line in warned)


@pytest.mark.statement(64)
@pytest.mark.parametrize(
    "changes",
    [
        {"TALENTLMS_API_KEY": None, "GATEWAY_SECRET_KEYS": "short"},
        {"GATEWAY_REDIS_URL": ""},
    ],
)
def test_gunicorn_does_not_start_on_bad_settings_and_names_them(gunicorn, changes):
    told = refused(*gunicorn(**changes))
    for name in changes:
        assert name in told


@pytest.mark.parametrize(
    ("arguments", "changes", "named"),
    [
        (("--access-logfile", "-", "--statsd-host", "127.0.0.1:8125"), {}, ("--access-logfile", "--statsd-host")),
        (
            (),
            {"GUNICORN_CMD_ARGS": "--access-logfile=- --reload", "from_nothing": True},
            ("--access-logfile", "--reload"),
        ),
        ((), {"SCRIPT_NAME": "/training"}, ("SCRIPT_NAME",)),
        (("--env", "SCRIPT_NAME=/training"), {}, ("SCRIPT_NAME",)),
        (("--logger-class", "gunicorn.glogging.Logger"), {}, ("--logger-class",)),
        (("--worker-class", "gthread", "--threads", "4"), {}, ("--worker-class", "--threads")),
        (("--worker-class", "sync"), {"TALENTLMS_API_KEY": None}, ("--worker-class", "TALENTLMS_API_KEY")),
    ],
)
def test_gunicorn_does_not_start_with_options_that_weaken_the_gateway_and_names_them(
    gunicorn, arguments, changes, named
):
    told = refused(*gunicorn(*arguments, **changes))
    for name in named:
        assert f"{name}: " in told


def test_no_header_says_below_which_path_the_gateway_is_served(gunicorn):
    process, port = gunicorn()
    assert answers(process, port)
    for name in ("SCRIPT_NAME", "Script-Name", "PATH_INFO", "X-Forwarded-Prefix", "X-Script-Name"):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/livez", headers={name: "/training"})
        with urllib.request.urlopen(asked, timeout=PATIENT_SECONDS) as answer:
            assert answer.status == 200


def test_what_gunicorn_says_of_a_request_that_is_none_is_one_short_line(gunicorn):
    process, port = gunicorn()
    assert answers(process, port)
    lines = [b"GET /callback\x85\x9b\xe2\x80\xa8/x?code=hunter2&state=hunter3", b"GE\x85T /?code=hunter2"]
    for line in lines:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_SECONDS) as browser:
            browser.sendall(line + b"&a=" + b"a" * 4000 + b" HTTP/1.1\r\nHost: a\r\nNo Header\x85\x9b: a\r\n\r\n")
            assert b"400" in browser.recv(100)
    lines_until_the_end(process)
    told = process.text()
    refusals = [text for text in told.split("\n") if "Invalid" in text]
    assert len(refusals) == len(lines)
    assert all(len(refusal) < 600 and refusal.isascii() for refusal in refusals)
    assert "hunter" not in told


def test_whoever_starts_the_processes_keeps_no_connection_to_the_file_that_they_would_inherit(environ, tmp_path):
    environ()
    assert database_fault(load(os.environ)) == []
    assert [file.name for file in tmp_path.iterdir()] == ["gateway.db"]
