from tests.gateway.database.conftest import database, empty_database_url, opened, postgresql  # noqa: F401
