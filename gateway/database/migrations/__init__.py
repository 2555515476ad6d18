"""How the tables came to be what they are: one file per change in ``versions``, made by Alembic."""

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config


def run(connection: sqlalchemy.Connection) -> None:
    """Make the changes that are missing, in the transaction that the connection is in."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
