"""The database: made where it is missing, away, back again, and shared by processes and threads."""

import contextlib
import os
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.database import connection as connection_module
from gateway.database import outage
from gateway.database.account_links import AccountLinks
from gateway.database.connection import CONNECTIONS, STATEMENT_SECONDS, connect
from gateway.database.upgrade import opened as opened_and_prepared
from gateway.database.upgrade import upgrade
from gateway.errors import DatabaseUnavailable
from schemas.learner import AccountLink
from schemas.secret import Secret
from tests.gateway.database.other_processes import claim
from tests.gateway.processes import processes_at_once
from tests.gateway.threads import at_once
from tests.patience import wait_until
from tests.ports import HOST, free_port
from tests.postgresql import PostgreSQL

KIMS = AccountLink("https://id.acme.example", "kim", 7, "kim.lee")


def test_the_file_and_its_folder_are_made_for_the_gateway_alone(tmp_path, opened):
    file = tmp_path / "var" / "gateway.db"
    upgrade(opened(Secret(f"sqlite:///{file}")))
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_transaction_closes_no_file_so_the_log_is_not_emptied_each_time(tmp_path, opened):
    database = opened(Secret(f"sqlite:///{tmp_path / 'gateway.db'}"))
    upgrade(database)
    log = tmp_path / "gateway.db-wal"
    kept = log.stat().st_ino, log.stat().st_size
    AccountLinks(database).claim(KIMS)
    assert log.stat().st_ino == kept[0]
    assert log.stat().st_size > kept[1]
    database.close()
    assert not log.exists()
    assert AccountLinks(database).find(KIMS.person) == KIMS


def test_the_wait_for_the_disk_is_another_threads_where_one_is_given(database):
    carried_out = []

    def elsewhere(step):
        with ThreadPoolExecutor(1) as beside:
            carried_out.append(beside.submit(step).result())

    database.commit_by(elsewhere)
    links = AccountLinks(database)
    assert links.claim(KIMS)
    assert links.find(KIMS.person) == KIMS
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        _ = connection.execute(text("INSERT INTO failed_proofs (person, expires_at) VALUES ('kim', 1)")).rowcount / 0
    assert len(carried_out) == (1 if database.engine.dialect.name == "sqlite" else 0)


def test_a_commit_that_fails_elsewhere_leaves_nothing(database):
    def full(_step):
        raise sqlite3.OperationalError("database or disk is full")

    database.commit_by(full)
    if database.engine.dialect.name == "sqlite":
        with pytest.raises(DatabaseUnavailable):
            AccountLinks(database).claim(KIMS)
        assert AccountLinks(database).find(KIMS.person) is None


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        _ = connection.execute(text("INSERT INTO failed_proofs (person, expires_at) VALUES ('kim', 1)")).rowcount / 0
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM failed_proofs")).scalar() == 0


def test_threads_that_write_at_once_wait_for_each_other(database):
    links = AccountLinks(database)
    won = at_once(20, lambda number: links.claim(AccountLink("https://id.acme.example", f"p{number}", number + 1, "x")))
    assert won == [True] * 20
    assert len(links.listed()) == 20


def test_processes_that_claim_the_same_accounts_get_each_of_them_once(database, database_url):
    assert sum(processes_at_once(4, claim, database_url.reveal())) == 30
    assert sorted(one.link.user_id for one in AccountLinks(database).listed()) == list(range(1, 31))


def test_a_writer_that_does_not_end_is_not_waited_for_without_end(tmp_path, monkeypatch, opened):
    monkeypatch.setattr(connection_module, "STATEMENT_SECONDS", 0.2)
    url = Secret(f"sqlite:///{tmp_path / 'gateway.db'}")
    upgrade(opened(url))
    with opened(url).transaction(), pytest.raises(DatabaseUnavailable):
        AccountLinks(opened(url)).claim(KIMS)


def test_readers_do_not_wait_for_a_writer(tmp_path, opened):
    url = Secret(f"sqlite:///{tmp_path / 'gateway.db'}")
    upgrade(opened(url))
    AccountLinks(opened(url)).claim(KIMS)
    with opened(url).transaction() as connection:
        connection.execute(text("DELETE FROM account_links"))
        assert AccountLinks(opened(url)).find(KIMS.person) == KIMS


def test_a_place_where_no_file_can_be_made_is_a_fault_of_the_database(tmp_path, opened):
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable):
        upgrade(opened(Secret(f"sqlite:///{tmp_path / 'file' / 'gateway.db'}")))


def test_a_file_that_is_no_database_is_a_fault_of_the_database(tmp_path, opened):
    (tmp_path / "gateway.db").write_text("not a database" * 100)
    with pytest.raises(DatabaseUnavailable):
        upgrade(opened(Secret(f"sqlite:///{tmp_path / 'gateway.db'}")))


def test_a_server_that_is_not_there_is_told_without_its_password(opened):
    with pytest.raises(DatabaseUnavailable) as raised:
        upgrade(opened(Secret(f"postgresql://gateway:s3cret@127.0.0.1:{free_port()}/gateway")))
    assert "s3cret" not in raised.value.note


def test_tables_that_could_not_be_made_at_the_start_are_made_when_they_are_first_used():
    server = PostgreSQL()
    try:
        server.stop()
        database = opened_and_prepared(server.url())
        states = [database.state]
        with pytest.raises(DatabaseUnavailable):
            database.prepare()
        states.append(database.state)
        server.start()
        assert AccountLinks(database).claim(KIMS)
        states.append(database.state)
        assert states == ["unknown", "unavailable", "ok"]
        database.engine.dispose()
    finally:
        server.remove()


class Silent:
    """A port to which one may connect and from which nothing ever comes, as from one whose packets are dropped."""

    def __init__(self, stack):
        self._stack = stack
        self._listener = stack.enter_context(socket.create_server((HOST, 0), backlog=200))
        self._listener.settimeout(0)
        self.url = Secret(f"postgresql://gateway@{HOST}:{self._listener.getsockname()[1]}/gateway")

    def met(self):
        """Return how many have connected since this was asked last."""
        count = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._stack.enter_context(self._listener.accept()[0])
                count += 1
        return count


@pytest.fixture
def silent():
    with contextlib.ExitStack() as stack:
        yield Silent(stack)


@pytest.mark.parametrize("is_prepared", [False, True])
def test_of_a_crowd_one_finds_out_that_the_server_does_not_answer(silent, monkeypatch, is_prepared):
    monkeypatch.setattr(outage, "AWAY_SECONDS", 60.0)
    database = connect(silent.url) if is_prepared else opened_and_prepared(silent.url)
    links = AccountLinks(database)
    first = at_once(20, lambda _: links.find(KIMS.person))
    assert silent.met() == (CONNECTIONS if is_prepared else 1)
    later = at_once(20, lambda _: links.find(KIMS.person))
    assert silent.met() == 0
    assert {type(error) for error in first + later} == {DatabaseUnavailable}
    assert {error.note for error in later} == {"it did not answer a moment ago"}
    assert database.state == "unavailable"
    database.close()


def test_while_one_finds_out_whether_the_server_is_back_the_others_are_told_at_once(silent, monkeypatch):
    monkeypatch.setattr(outage, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(outage, "PROBE_SECONDS", 60.0)
    database = opened_and_prepared(silent.url)
    with pytest.raises(DatabaseUnavailable, match="no connection in time"):
        database.prepare()
    assert silent.met() == 1
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(database.prepare)
        wait_until(silent.met)
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable, match="it did not answer a moment ago"):
                database.prepare()
        assert silent.met() == 0
        assert probe.exception().note.endswith(": no connection in time")
    database.close()


def test_a_server_that_answers_again_is_used_again(monkeypatch):
    monkeypatch.setattr(outage, "AWAY_SECONDS", 0.0)
    server = PostgreSQL()
    try:
        database = opened_and_prepared(server.url())
        server.stop()
        with socket.create_server((HOST, database.engine.url.port)), pytest.raises(DatabaseUnavailable):
            database.prepare()
        server.start()
        assert AccountLinks(database).find(KIMS.person) is None
        assert at_once(20, lambda _: AccountLinks(database).find(KIMS.person)) == [None] * 20
        database.close()
    finally:
        server.remove()


def test_a_connection_on_which_nothing_arrives_any_more_is_given_up(postgresql, opened):
    with opened(postgresql.url()).reading() as connection:
        descriptor = connection.connection.dbapi_connection.fileno()
        with socket.socket(fileno=os.dup(descriptor)) as used:
            unanswered = used.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert unanswered == STATEMENT_SECONDS * 1000


def test_that_it_was_away_counts_for_a_minute(opened, monkeypatch):
    database = opened(Secret(f"postgresql://gateway@127.0.0.1:{free_port()}/gateway"))
    with pytest.raises(DatabaseUnavailable):
        AccountLinks(database).find(KIMS.person)
    assert database.state == "unavailable"
    now = time.monotonic()
    monkeypatch.setattr(connection_module.time, "monotonic", lambda: now + connection_module.STATE_SECONDS + 1)
    assert database.state == "unknown"


@pytest.mark.parametrize(
    ("query", "root"),
    [
        ("?sslmode=verify-full", "/etc/ssl/acme.pem"),
        ("?sslmode=verify-full&sslrootcert=/etc/ssl/own.pem", "/etc/ssl/own.pem"),
        ("", None),
    ],
)
def test_further_authorities_hold_where_the_address_demands_a_certificate_and_names_none(opened, query, root):
    database = connect(Secret(f"postgresql://gateway@db.acme.example/gateway{query}"), Path("/etc/ssl/acme.pem"))
    assert database.engine.url.query.get("sslrootcert") == root


def test_after_a_restart_of_the_server_nobody_meets_an_error(opened):
    server = PostgreSQL()
    try:
        database = opened(server.url())
        upgrade(database)
        links = AccountLinks(database)
        links.claim(KIMS)
        server.stop()
        with pytest.raises(DatabaseUnavailable):
            links.find(KIMS.person)
        server.start()
        assert links.find(KIMS.person) == KIMS
        database.engine.dispose()
    finally:
        server.remove()
