"""Why the database cannot be used: a server's failure with its host and port, a file's in SQLite's own words."""

import os

import psycopg
import pytest

from gateway.database.connection import connect
from gateway.database.failures import told
from gateway.database.upgrade import upgrade
from gateway.errors import DatabaseUnavailable
from schemas.secret import Secret
from tests.ports import free_port


def note_of(url):
    database = connect(Secret(url))
    with pytest.raises(DatabaseUnavailable) as caught:
        upgrade(database)
    database.close()
    assert "hunter2" not in caught.value.note
    return caught.value.note


def test_a_name_that_cannot_be_resolved():
    note = note_of("postgresql://gateway:hunter2@db.invalid:5432/gateway")
    assert note == "db.invalid:5432: DNS: the host name cannot be resolved"


def test_a_connection_that_is_refused():
    place = f"127.0.0.1:{free_port()}"
    assert note_of(f"postgresql://gateway:hunter2@{place}/gateway") == f"{place}: the connection is refused"


def test_a_server_has_no_such_user_and_no_such_database(postgresql):
    url = postgresql.url("nothing").reveal()
    place = url.partition("@")[2].partition("/")[0]
    assert note_of(url) == f"{place}: it has no such database"
    assert note_of(url.replace("gateway@", "nobody:hunter2@")) == f"{place}: it has no such user"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            'FATAL:  password authentication failed for user "gateway"',
            "the password, or the user's name, is not accepted",
        ),
        ("SSL error: certificate verify failed", "TLS: the certificate is not accepted"),
        ("server does not support SSL, but SSL was required", "TLS: no secure connection"),
        ("connection timeout expired", "no connection in time"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.5", user "gateway"', "pg_hba.conf"),
        ("FATAL:  sorry, too many clients already", "it takes no further connection"),
        ("something else that is said, with hunter2 in it", "OperationalError"),
    ],
)
def test_what_a_server_says_while_a_connection_comes_about(said, reason):
    error = psycopg.OperationalError(f'connection to server at "10.0.0.9", port 5432 failed: {said}')
    note = told(error, "db.acme.com:5432")
    assert note.startswith("db.acme.com:5432: ")
    assert reason in note
    assert "hunter2" not in note


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "gateway.db").write_text("not a database" * 100)
    assert note_of(f"sqlite:///{tmp_path}/gateway.db") == "file is not a database"


def test_a_place_where_no_file_can_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    assert note_of(f"sqlite:///{tmp_path}/file/gateway.db") in {os.strerror(17), os.strerror(20)}


def test_a_folder_in_the_place_of_the_file(tmp_path):
    (tmp_path / "gateway.db").mkdir()
    assert note_of(f"sqlite:///{tmp_path}/gateway.db") == "unable to open database file"
