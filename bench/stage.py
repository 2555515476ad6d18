"""The stage: what every scenario finds running. Redis, the stand-in for TalentLMS, an identity provider."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import certificate
from bench.certificate import Certificate
from bench.ports import HOST, free_ports
from bench.processes import Processes
from bench.stand_in import StandIn
from gateway.database.upgrade import opened
from schemas.secret import Secret

CLIENT_ID = "bench"


@dataclass(frozen=True)
class Cores:
    """Which core does what, so that the measured processes have one to themselves.

    Attributes:
        contestants: the server under measurement.
        rest: load, Redis, the stand-in.
    """

    contestants: int
    rest: int

    @property
    def both(self) -> tuple[int, int]:
        """Both, for scenarios that need what two cores can do together."""
        return self.contestants, self.rest


@dataclass(frozen=True)
class IdentityProvider:
    """The sandbox's provider.

    Attributes:
        issuer: its address.
        client_secret: of the one client, ``CLIENT_ID``.
        apache: the port that is reserved for Apache, which the provider knows as the place of its client.
    """

    issuer: str
    client_secret: str
    apache: int


@dataclass(frozen=True)
class Stage:
    """What is running.

    Attributes:
        directory: files of this run; removed at its end.
        processes: what was started, and what a scenario starts.
        cores: who runs where.
        certificate: of the stand-in.
        redis: the port of Redis.
        redis_pid: its process.
        upstream: the stand-in for TalentLMS.
        provider: the identity provider.
        api_key: of the stand-in; any would do.
        secret_key: of the gateway; instances that share a store share it.
    """

    directory: Path
    processes: Processes
    cores: Cores
    certificate: Certificate
    redis: int
    redis_pid: int
    upstream: StandIn
    provider: IdentityProvider
    api_key: str
    secret_key: str

    @property
    def redis_url(self) -> str:
        """The address of the gateway's store."""
        return f"redis://{HOST}:{self.redis}/0"

    @property
    def database_url(self) -> str:
        """The address of a database with tables, a SQLite file of this run."""
        return f"sqlite:///{self.directory / 'gateway.db'}"


class Unprepared(Exception):
    """The machine lacks something; the text says what."""


@contextmanager
def running() -> Iterator[Stage]:
    """Set the stage for the length of a ``with`` block.

    Raises:
        Unprepared: fewer than two cores, or a program is missing.
    """
    cores = _cores()
    directory = Path(tempfile.mkdtemp(prefix="talentlms-gateway-bench-"))
    logs = directory / "logs"
    logs.mkdir()
    everything = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {cores.rest})
        with Processes(logs) as processes:
            yield _set(directory, processes, cores)
    finally:
        os.sched_setaffinity(0, everything)
        shutil.rmtree(directory)


def _cores() -> Cores:
    for program in ("redis-server", "taskset"):
        if shutil.which(program) is None:
            raise Unprepared(f"{program} is missing; bench/system_packages.sh installs what is needed")
    available = sorted(os.sched_getaffinity(0))
    if len(available) < len(("contestants", "rest")):
        raise Unprepared("two cores are needed: one for the server under measurement, one for everything else")
    return Cores(available[0], available[1])


def _set(directory: Path, processes: Processes, cores: Cores) -> Stage:
    files = certificate.make(directory)
    redis, plain, secure, provider, apache = free_ports(5)
    stage = Stage(
        directory=directory,
        processes=processes,
        cores=cores,
        certificate=files,
        redis=redis,
        redis_pid=_redis(processes, cores, redis, directory),
        upstream=StandIn(plain, secure),
        provider=IdentityProvider(f"http://{HOST}:{provider}", secrets.token_hex(24), apache),
        api_key=secrets.token_hex(15),
        secret_key=secrets.token_urlsafe(48),
    )
    database = opened(Secret(stage.database_url))
    database.prepare()  # a worker that makes the tables has more in memory than those after it
    database.close()
    _upstream(stage)
    _provider(stage, provider)
    return stage


def _redis(processes: Processes, cores: Cores, port: int, directory: Path) -> int:
    command = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(directory)]
    return processes.start(command, cores=[cores.rest]).pid


def _upstream(stage: Stage) -> None:
    ports = ["--plain", str(stage.upstream.plain), "--secure", str(stage.upstream.secure)]
    files = ["--chain", str(stage.certificate.chain), "--key", str(stage.certificate.key)]
    process = stage.processes.start([sys.executable, "-m", "bench.upstream", *ports, *files], cores=[stage.cores.rest])
    stage.processes.wait_for(process, stage.upstream.plain, "/_bench/state")


def _provider(stage: Stage, port: int) -> None:
    client = ["--client-id", CLIENT_ID, "--client-secret", stage.provider.client_secret]
    callback = f"http://{HOST}:{stage.provider.apache}/callback"
    process = stage.processes.start(
        [sys.executable, "-m", "sandbox.idp", "--port", str(port), *client, "--redirect-uri", callback],
        cores=[stage.cores.rest],
    )
    stage.processes.wait_for(process, port, "/.well-known/openid-configuration")
