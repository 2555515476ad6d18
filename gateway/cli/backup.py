"""``talentlms-gateway database backup``: a copy of the SQLite file, while the gateway runs."""

import sys
from pathlib import Path

import click

from gateway.cli.steps import settings_in_force
from gateway.database.backup import NotAFile, back_up
from gateway.errors import DatabaseUnavailable
from gateway.services import Services


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the SQLite database to FILE, which must not exist; the gateway may run meanwhile.

    It names people and says whose account is whose: keep it as private as the database. Exit 1 if there is no copy.
    """
    database = Services(settings_in_force()).database
    try:
        back_up(database, file)
    except NotAFile:
        sys.exit("The database is a PostgreSQL: back it up by pg_dump --format=custom, see docs/deploying.md.")
    except FileExistsError:
        sys.exit(f"No backup was written: {file} is there already; name another file.")
    except OSError as error:
        sys.exit(f"No backup was written: {file}: {error.strerror}")
    except DatabaseUnavailable as error:
        sys.exit(f"No backup was written: {error.note}")
    finally:
        database.close()
    click.echo(f"wrote {file}, {file.stat().st_size} bytes")
