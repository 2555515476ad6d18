import itertools

import pytest

from gateway.database.connection import connect
from gateway.database.upgrade import upgrade
from schemas.secret import Secret
from tests.postgresql import PostgreSQL

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql():
    server = PostgreSQL()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request, tmp_path):
    """Return the address of a database without tables; every test that takes it runs on both kinds."""
    if request.param == "sqlite":
        return Secret(f"sqlite:///{tmp_path / 'new' / 'gateway.db'}")
    return request.getfixturevalue("postgresql").new_database(f"test_{next(_numbers)}")


@pytest.fixture
def opened():
    """Return a function that connects to the database of an address, until the test is over."""
    databases = []

    def open_one(url):
        databases.append(connect(url))
        return databases[-1]

    yield open_one
    for one in databases:
        one.engine.dispose()


@pytest.fixture
def database(empty_database_url, opened):
    made = opened(empty_database_url)
    upgrade(made)
    return made
