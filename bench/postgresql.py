"""A PostgreSQL server of the benchmark's own, with its defaults: what is committed is on disk."""

import os
import pwd
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from bench.ports import HOST, free_port
from bench.processes import NotStarted
from bench.stage import Stage, Unprepared

ACCOUNT = "postgres"
"""Of the system; the server refuses to be run by root."""
USER = "gateway"
PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class PostgreSQL:
    """A running server.

    Attributes:
        process: its first process; the others are its children.
        url: of its database.
    """

    process: subprocess.Popen[bytes]
    url: str

    def new_database(self, name: str) -> str:
        """Make another database in it, and return its address."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return f"{self.url.rpartition('/')[0]}/{name}"


def start(stage: Stage, name: str) -> PostgreSQL:
    """Start a server with an empty database.

    Args:
        stage: what is running.
        name: of its folder.

    Raises:
        Unprepared: it is not installed.
    """
    programs, folder, port = _programs(), stage.directory / name, free_port()
    folder.mkdir()
    if os.geteuid() == 0:
        stage.directory.chmod(0o711)
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
    made = [str(programs / "initdb"), "--auth", "trust", "--username", USER, "-E", "UTF8", "--pgdata", str(folder)]
    stage.processes.start(_as_account(made), cores=[stage.cores.rest]).wait()
    served = [str(programs / "postgres"), "-D", str(folder), "-p", str(port)]
    served += ["-c", f"listen_addresses={HOST}", "-c", f"unix_socket_directories={folder}"]
    process = stage.processes.start(_as_account(served), cores=[stage.cores.rest])
    _wait_for(programs, port)
    return PostgreSQL(process, f"postgresql://{USER}@{HOST}:{port}/postgres")


def _programs() -> Path:
    found = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise Unprepared("PostgreSQL is missing; bench/system_packages.sh installs what is needed")
    return max(found, key=lambda programs: int(programs.parent.name))


def _as_account(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", "--", *command]


def _wait_for(programs: Path, port: int) -> None:
    asked = [str(programs / "pg_isready"), "--quiet", "--host", HOST, "--port", str(port)]
    for _ in range(60):
        if subprocess.run([*asked, "--timeout", "1"], check=False).returncode == 0:  # noqa: S603 - fixed words
            return
        time.sleep(PAUSE_SECONDS)
    raise NotStarted("PostgreSQL does not answer")
