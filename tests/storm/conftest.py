from tests.gateway.database.conftest import database, database_url, kind, opened  # noqa: F401
