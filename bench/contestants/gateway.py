"""This gateway, with everything on: session, rate limits, audit, checks."""

import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from bench.contestants import gunicorn
from bench.contestants.contestant import PATH, Contestant
from bench.http_client import Answer
from bench.load import FreshLinks, Target, request
from bench.people import ISSUER, Person
from bench.ports import HOST, free_port
from bench.processes import rest
from bench.stage import CLIENT_ID, Stage

UNREACHED_PER_HOUR = 1_000_000
UNREACHED_PER_5_SECONDS = 10_000
UNREACHED_PER_PERSON = "10000,1000,100%"
"""The largest limits that can be set: calls are counted, and nobody waits. A quick machine answers more than 10,000
clicks in 5 seconds, so a scenario that sends more at a time takes ``WITHOUT_WINDOW``."""


@dataclass(frozen=True)
class Shape:
    """How a gateway is set up.

    Attributes:
        tls: whether TalentLMS is spoken to over TLS.
        per_hour: ``TALENTLMS_CALLS_PER_HOUR``.
        per_5_seconds: ``TALENTLMS_CALLS_PER_5_SECONDS``.
        per_person: ``TALENTLMS_CALLS_PER_PERSON``; a few people click here far oftener than anybody does.
        workers: how many processes.
        database_url: ``GATEWAY_DATABASE_URL``; empty for the SQLite file of this run.
        issuer: the identity provider; default: one that nobody asks.
        config: ``GATEWAY_CONFIG``, the file with the storefronts; ``None``: there are none.
        worker: ``GATEWAY_WORKER``, who fulfils orders.
        log_level: ``GATEWAY_LOG_LEVEL``.
        metrics: whether it has an operator listener, and so counts what happens.
    """

    tls: bool = True
    per_hour: int = UNREACHED_PER_HOUR
    per_5_seconds: int = UNREACHED_PER_5_SECONDS
    per_person: str = UNREACHED_PER_PERSON
    workers: int = 1
    database_url: str = ""
    issuer: str = ISSUER
    config: Path | None = None
    worker: Literal["inside", "apart"] = "inside"
    log_level: Literal["info", "error"] = "info"
    metrics: bool = False


WITHOUT_WINDOW = Shape(per_5_seconds=0)
"""With the limits per hour and per person, and without the one in 5 seconds."""


def environment(stage: Stage, port: int, shape: Shape) -> dict[str, str]:
    """Return the gateway's settings."""
    shop = {"GATEWAY_CONFIG": str(shape.config), "GATEWAY_WORKER": shape.worker} if shape.config else {}
    listener = {"GATEWAY_METRICS_BIND": f"{HOST}:{free_port()}"} if shape.metrics else {}
    return {
        **shop,
        **listener,
        "GATEWAY_LOG_LEVEL": shape.log_level,
        "GATEWAY_PUBLIC_URL": f"http://{HOST}:{port}",
        "GATEWAY_SECRET_KEYS": stage.secret_key,
        "GATEWAY_DATABASE_URL": shape.database_url or stage.database_url,
        "GATEWAY_REDIS_URL": stage.redis_url,
        "GATEWAY_CA_FILE": str(stage.certificate.authority),
        "TALENTLMS_URL": stage.upstream.origin(tls=shape.tls),
        "TALENTLMS_API_KEY": stage.api_key,
        "TALENTLMS_CALLS_PER_HOUR": str(shape.per_hour),
        "TALENTLMS_CALLS_PER_5_SECONDS": str(shape.per_5_seconds),
        "TALENTLMS_CALLS_PER_PERSON": shape.per_person,
        "OIDC_ISSUER": shape.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": stage.provider.client_secret,
    }


def start(
    stage: Stage, people: Sequence[Person], shape: Shape, *, cores: Collection[int], name: str = "gateway"
) -> Contestant:
    """Start a gateway and wait until all its workers are there; none of them has served a click yet."""
    port = free_port()
    process = gunicorn.serve(
        stage.processes,
        "app:app",
        port,
        environment(stage, port, shape),
        workers=shape.workers,
        cores=cores,
    )
    stage.processes.wait_for(process, port, "/livez")
    rest(process)
    requests = [request(port, PATH, person.cookie) for person in people]
    return Contestant(name, process, Target(port, requests, FreshLinks(stage.upstream.origin(tls=shape.tls))))


def upstream(stage: Stage, people: Sequence[Person]) -> Target:
    """Return the stand-in itself as a target: the same call that a click makes, without the gateway."""
    context = ssl.create_default_context(cafile=str(stage.certificate.authority))
    port = stage.upstream.secure
    paths = (f"/api/v1/gotocourse/user_id:{person.user_id},course_id:12" for person in people)
    return Target(port, [request(port, path) for path in paths], _is_link, context)


def _is_link(answer: Answer) -> str:
    return "" if answer.status == HTTPStatus.OK else f"{answer.status} of the stand-in"
