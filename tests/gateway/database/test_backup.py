"""A SQLite file is copied whole while others write; what cannot be copied leaves no half of a copy."""

import shutil
import sqlite3

import pytest

from gateway.database.account_links import AccountLinks
from gateway.database.backup import NotAFile, back_up
from gateway.database.connection import connect
from gateway.database.upgrade import versions
from gateway.errors import DatabaseUnavailable
from schemas.learner import AccountLink
from schemas.secret import Secret
from tests.databases import new_database

KIMS = AccountLink("https://id.acme.example", "kim", 7, "kim.lee")


@pytest.fixture
def database(tmp_path):
    made = connect(Secret(new_database(tmp_path)))
    AccountLinks(made).claim(KIMS)
    yield made
    made.close()


@pytest.fixture
def link_in(tmp_path):
    """Return Kim's link in a SQLite file."""

    def of(file):
        opened = connect(Secret(f"sqlite:///{file}"))
        found = AccountLinks(opened).find(KIMS.person)
        opened.close()
        return found

    return of


def test_a_copy_has_what_was_committed_a_moment_ago_and_a_plain_copy_of_the_file_has_not(database, link_in, tmp_path):
    back_up(database, tmp_path / "copy.db")
    shutil.copy(database.engine.url.database, tmp_path / "plain.db")

    assert link_in(tmp_path / "copy.db") == KIMS
    assert link_in(tmp_path / "plain.db") is None


def test_somebody_who_is_just_writing_is_not_waited_for_and_not_copied(database, link_in, tmp_path):
    writer = sqlite3.connect(database.engine.url.database)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM account_links")
    back_up(database, tmp_path / "copy.db")
    writer.rollback()
    writer.close()

    assert link_in(tmp_path / "copy.db") == KIMS


def test_the_copy_is_one_file_that_its_owner_alone_may_read_and_its_tables_are_up_to_date(database, tmp_path):
    back_up(database, tmp_path / "backups.db")

    assert [path.name for path in tmp_path.glob("backups*")] == ["backups.db"]
    assert (tmp_path / "backups.db").stat().st_mode & 0o777 == 0o600
    copy = connect(Secret(f"sqlite:///{tmp_path / 'backups.db'}"))
    assert versions(copy).are_up_to_date
    copy.close()


def test_a_file_that_is_there_is_not_written_over(database, tmp_path):
    (tmp_path / "copy.db").write_text("of yesterday")
    with pytest.raises(FileExistsError):
        back_up(database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "of yesterday"


def test_of_a_file_that_is_no_database_there_is_no_copy(tmp_path):
    (tmp_path / "gateway.db").write_text("no database, but a text that is long enough to be read as one" * 20)
    broken = connect(Secret(f"sqlite:///{tmp_path / 'gateway.db'}"))
    with pytest.raises(DatabaseUnavailable, match="file is not a database"):
        back_up(broken, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_folder_that_is_not_there_is_told(database, tmp_path):
    with pytest.raises(FileNotFoundError):
        back_up(database, tmp_path / "missing" / "copy.db")


def test_a_server_has_programs_of_its_own_for_that(postgresql, tmp_path):
    database = connect(postgresql.url())
    with pytest.raises(NotAFile):
        back_up(database, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
