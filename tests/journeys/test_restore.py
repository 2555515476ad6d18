"""The database is lost and its backup restored, as docs/deploying.md says: nobody gets another account, and no order is
fulfilled twice."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.documents import DOCS, fences, text_of
from tests.journeys.backing_services import start_redis
from tests.journeys.gateway_process import gateway_at
from tests.journeys.prepared import COMMAND, called
from tests.journeys.test_orders import STOREFRONT, courses_of, told
from tests.patience import wait_until


@pytest.fixture
def store(tmp_path):
    server = start_redis(tmp_path)
    yield server
    server.process.stop()


@pytest.fixture
def gateway(tmp_path, addresses, portal, practising_provider, store):
    """A gateway with a storefront that has not been started yet."""
    settings = {"WEB_CONCURRENCY": "1"}
    made = gateway_at(addresses["restored"], tmp_path, portal, practising_provider, store.url(), settings)
    with (tmp_path / "gateway.toml").open("a") as file:
        file.write(STOREFRONT)
    yield made
    made.end()


@pytest.fixture
def people(practising_provider, numbers):
    """Add somebody at the provider; the login."""

    def add(*, verified):
        number = next(numbers)
        names = {"given_name": "Uma", "family_name": f"Restore{number}", "email": f"uma{number}@acme.example"}
        return practising_provider.control.add_person(f"uma{number}", email_verified=verified, **names)

    return add


def steps(name):
    """Return the commands of one of the page's blocks, which begins with a comment of this name."""
    (block,) = [block for block in fences(text_of(DOCS / "deploying.md"), "sh") if block.startswith(f"# {name}\n")]
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def shell(lines, places, settings=None):
    """Carry out the page's commands, at our places instead of the page's."""
    script = "\n".join(lines)
    for theirs, ours in places.items():
        assert theirs in script, theirs
        script = script.replace(theirs, str(ours))
    done = subprocess.run(
        ["/bin/sh", "-euc", script],
        env={"PATH": f"{Path(COMMAND).parent}:/usr/bin:/bin", **(settings or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class SQLiteFile:
    """Backed up and restored by the page's commands for a SQLite file."""

    def __init__(self, folder, _postgresql):
        self._file, self._copy = folder / "state" / "gateway.db", folder / "backups" / "copy.db"
        self._copy.parent.mkdir()
        self.url = f"sqlite:///{self._file}"

    def back_up(self, settings):
        (line,) = steps("back up a SQLite file")
        shell([line.removeprefix("sudo ")], {"/var/backups/talentlms-gateway/$(date +%F).db": self._copy}, settings)

    def lose(self):
        for path in self._file.parent.iterdir():
            path.write_bytes(b"")

    def restore(self):
        lines = [line for line in steps("restore a SQLite file") if "systemctl" not in line]
        assert len(lines) == 2
        places = {
            "/var/lib/talentlms-gateway/gateway.db": self._file,
            "/var/backups/talentlms-gateway/2026-11-28.db": self._copy,
        }
        text = "\n".join(lines).replace("sudo ", "").replace(" -o talentlms-gateway -g talentlms-gateway", "")
        shell(text.splitlines(), places)
        assert [path.name for path in self._file.parent.iterdir()] == ["gateway.db"]


class PostgreSQLDatabase:
    """Backed up and restored by the page's commands for a PostgreSQL."""

    def __init__(self, folder, postgresql):
        self._server, self._copy = postgresql, folder / "copy.dump"
        self.url = postgresql.new_database().reveal()
        self._programs = {name: postgresql.program(name) for name in ("pg_dump", "pg_restore", "dropdb", "createdb")}

    def _run(self, name, **places):
        lines = [line for line in steps(name) if "systemctl" not in line]
        text = "\n".join(lines)
        for program, path in self._programs.items():
            text = re.sub(rf"^{program} ", f"{path} ", text, flags=re.MULTILINE)
        host, port = self._server.url().reveal().rpartition("@")[2].partition("/")[0].split(":")
        connection = {"PGHOST": host, "PGPORT": port, "PGUSER": "gateway"}
        name = self.url.rpartition("/")[2]
        text = re.sub(r"(?<= )gateway$|(?<=--dbname=)gateway", name, text, flags=re.MULTILINE)
        shell(text.splitlines(), places, connection)

    def back_up(self, _settings):
        self._run("back up a PostgreSQL", **{"/var/backups/talentlms-gateway/$(date +%F).dump": self._copy})

    def lose(self):
        name = self.url.rpartition("/")[2]
        subprocess.run(
            [
                self._server.program("psql"),
                self._server.url().reveal(),
                "-qc",
                f"ALTER DATABASE {name} RENAME TO lost_{name}",
            ],
            check=True,
        )
        subprocess.run(
            [self._server.program("createdb"), f"--maintenance-db={self._server.url().reveal()}", name], check=True
        )

    def restore(self):
        self._run("restore a PostgreSQL", **{"/var/backups/talentlms-gateway/2026-11-28.dump": self._copy})


@pytest.fixture(params=[SQLiteFile, PostgreSQLDatabase])
def database(request, tmp_path, postgresql):
    return request.param(tmp_path, postgresql)


def command(gateway, *arguments):
    done = called(*arguments, environment=gateway.settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counted(portal):
    state = portal.control.state()
    return len(state["users"]), len(state["enrolments"])


@pytest.mark.timeout(180)
def test_after_a_restore_people_have_their_accounts_and_orders_are_fulfilled_once(
    database, gateway, portal, store, people, newcomers, visit
):
    gateway.start(GATEWAY_DATABASE_URL=database.url)
    unverified, early_buyer, late_buyer = people(verified=False), newcomers(), newcomers()
    assert "Uma" in visit(gateway.url, unverified).go("/go/course/12").text
    account = portal.user(f"{unverified}@acme.example")["id"]
    portal.administer("edituser", user_id=str(account), password="Own-Password-1")  # so that the database alone knows
    assert told(gateway, "2001", early_buyer.email) == 200
    wait_until(lambda: courses_of(portal, early_buyer.email) == [12])
    database.back_up(gateway.settings)

    later = people(verified=True)
    assert "Uma" in visit(gateway.url, later).go("/go/course/12").text
    assert told(gateway, "2002", late_buyer.email) == 200
    wait_until(lambda: courses_of(portal, late_buyer.email) == [12])
    before = counted(portal)
    gateway.stop()
    database.lose()

    database.restore()
    with store.client() as client:
        client.flushdb()
    gateway.start()
    portal.control.clear_calls()
    assert "Uma" in visit(gateway.url, unverified).go("/go/course/12").text
    assert portal.user(f"{unverified}@acme.example")["id"] == account
    assert "Uma" in visit(gateway.url, later).go("/go/course/12").text
    assert "usersignup" not in portal.operations()

    portal.control.clear_calls()
    assert told(gateway, "2001", early_buyer.email) == 200
    assert told(gateway, "2002", late_buyer.email) == 200
    order = ("orders", "show", "shop", "2002", "--json")
    wait_until(lambda: json.loads(command(gateway, *order))["state"] == "done")
    assert counted(portal) == before
    assert "nothing differs" in command(gateway, "reconcile", "--storefront", "shop")
    assert counted(portal) == before
    assert "Traceback" not in gateway.text()
