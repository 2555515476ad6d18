"""The tables are brought up to date once, whichever process is first."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from gateway.database.account_links import AccountLinks
from gateway.database.tables import METADATA
from gateway.database.upgrade import upgrade, versions
from gateway.errors import DatabaseUnavailable
from schemas.learner import AccountLink
from tests.gateway.database.other_processes import upgraded
from tests.gateway.processes import processes_at_once

KIMS = AccountLink("https://id.acme.example", "kim", 7, "kim.lee")


@pytest.fixture
def empty(empty_database_url, opened):
    return opened(empty_database_url)


def test_an_empty_database_gets_its_tables(empty):
    assert upgrade(empty).current is None
    assert versions(empty).are_up_to_date


def test_a_database_that_is_up_to_date_stays_as_it_is(empty):
    upgrade(empty)
    AccountLinks(empty).claim(KIMS)
    assert upgrade(empty).are_up_to_date
    assert AccountLinks(empty).find(KIMS.person) == KIMS


def test_a_process_that_finds_the_tables_up_to_date_does_not_load_alembic(empty_database_url, opened):
    upgrade(opened(empty_database_url))
    newest = versions(opened(empty_database_url)).newest
    assert processes_at_once(1, upgraded, empty_database_url.reveal()) == [(newest, False)]


def test_the_changes_make_the_very_tables_that_the_code_uses(database):
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []


FIRST_TABLES = {"account_links", "sign_ups", "failed_proofs"}


def test_a_database_of_the_first_version_keeps_its_links(database):
    AccountLinks(database).claim(KIMS)
    newer = [table for table in METADATA.sorted_tables if table.name not in FIRST_TABLES]
    with database.transaction() as connection:
        METADATA.drop_all(connection, newer)
        connection.execute(text("ALTER TABLE account_links DROP COLUMN retry_at"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert upgrade(database).current == "0001"
    assert AccountLinks(database).find(KIMS.person) == KIMS


def test_of_four_processes_that_start_at_once_one_makes_the_tables(empty_database_url, opened):
    newest = versions(opened(empty_database_url)).newest
    told = processes_at_once(4, upgraded, empty_database_url.reveal())
    assert sorted(told, key=str) == [(newest, False)] * 3 + [(None, True)]


def test_the_tables_of_a_newer_version_are_left_alone(database):
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailable, match="9999"):
        upgrade(database)


def test_changes_that_fail_half_way_leave_nothing(empty):
    with empty.transaction() as connection:
        connection.execute(text("CREATE TABLE failed_proofs (person TEXT)"))
    with pytest.raises(DatabaseUnavailable):
        upgrade(empty)
    with empty.transaction() as connection:
        connection.execute(text("DROP TABLE failed_proofs"))
    assert upgrade(empty).current is None
    assert versions(empty).are_up_to_date
