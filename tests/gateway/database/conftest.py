import pytest

from gateway.database.connection import connect
from schemas.secret import Secret
from tests.databases import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    """Every test that has to do with a database runs on both kinds."""
    return request.param


@pytest.fixture
def empty_database_url(kind, request, tmp_path):
    """Return the address of a database without tables."""
    if kind == "sqlite":
        return Secret(f"sqlite:///{tmp_path / 'new' / 'gateway.db'}")
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def database_url(kind, request, tmp_path):
    """Return the address of a database whose tables are up to date, and empty."""
    if kind == "sqlite":
        return Secret(new_database(tmp_path))
    return request.getfixturevalue("postgresql").new_database_with_tables()


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
def database(database_url, opened):
    return opened(database_url)
