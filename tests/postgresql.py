"""A PostgreSQL server of the tests' own, on loopback, that can be stopped and started again."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

import psycopg

from gateway.database.connection import connect
from gateway.database.upgrade import upgrade
from schemas.secret import Secret
from tests.ports import free_port

ACCOUNT = "postgres"


class PostgreSQL:
    """A server; it keeps nothing safe, since nothing in it has to outlive the tests.

    Attributes:
        url: of its database.
    """

    def __init__(self):
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: int(found.parent.name))
        self._folder = Path(tempfile.mkdtemp(prefix="talentlms-gateway-postgresql-"))
        self._port = free_port()
        self._numbers = itertools.count()
        if os.geteuid() == 0:  # the server refuses to be run by root
            account = pwd.getpwnam(ACCOUNT)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "--pgdata", self._data, "--auth", "trust", "--username", "gateway", "--no-sync", "-E", "UTF8"
        )
        self.start()

    @property
    def _data(self):
        return str(self._folder / "data")

    def url(self, database="postgres"):
        return Secret(f"postgresql://gateway@127.0.0.1:{self._port}/{database}")

    def start(self):
        options = (
            f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -c fsync=off"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", log, "--options", options)

    def stop(self):
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate", "--pgdata", self._data)

    def remove(self):
        self.stop()
        shutil.rmtree(self._folder)

    def new_database(self):
        """Return the URL of a new database without tables."""
        return self._copy_of("template1")

    def new_database_with_tables(self):
        """Return the URL of a new database whose tables are up to date."""
        return self._copy_of(self._tables)

    @cached_property
    def _tables(self):
        url = self.new_database()
        database = connect(url)
        upgrade(database)
        database.close()
        return url.reveal().rpartition("/")[2]

    def program(self, name):
        """Return the path of one of its programs, such as ``pg_dump``."""
        return str(self._programs / name)

    def _copy_of(self, template):
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self.url().reveal(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _run(self, program, *arguments):
        as_account = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
        command = [*as_account, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, timeout=60)
