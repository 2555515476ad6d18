"""What people get wrong that only shows when somebody is asked, each a row: which setting the doctor names, and its remedy.

What ``check`` names stands in ``tests/gateway/config/test_mistakes.py``.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from gateway.config import Settings, Slugs
from gateway.config.assignments import Assignments
from gateway.config.mapping import ConditionSettings, MappingSettings, RuleSettings
from gateway.database.connection import connect
from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.examined import REDIRECT, examined, sound, troubles, with_provider, with_talentlms
from tests.gateway.oidc.raw_server import raw_server
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.talentlms.odd_server import answer, certificate, odd_server
from tests.ports import free_port


@dataclass
class World:
    """The settings with which all is well, and whom they name."""

    good: Settings
    provider: Any
    portal: Any
    redis: RedisServer
    postgresql: Any
    folder: Path


@pytest.fixture
def world(provider, portal, redis_server, request, tmp_path):
    own = RedisServer(tmp_path).start()
    good = sound(provider, portal, redis_server, tmp_path, redis_url=own.url)
    yield World(good, provider, portal, own, request.getfixturevalue("postgresql"), tmp_path)
    provider.control.client(redirect_uris=[REDIRECT])
    own.stop()


def misbehaving(name):
    def made(world):
        world.provider.control.misbehave(name)
        return world.good

    return made


def provider_with(**changes):
    return lambda world: with_provider(world.good, **changes)


def talentlms_with(**changes):
    return lambda world: with_talentlms(world.good, **changes)


def issuer(ending):
    return lambda world: with_provider(world.good, issuer=world.provider.issuer + ending)


def takes_another_authentication(world):
    world.provider.control.settings(token_auth_methods=["private_key_jwt"])
    return world.good


def secret_by_its_path(world):
    file = world.folder / "secret"
    file.write_text("x")
    return with_provider(world.good, client_secret=Secret(str(file)))


def another_redirect_address(world):
    world.provider.control.client(redirect_uris=[f"{REDIRECT}/"])
    return world.good


def no_talentlms(world):
    return with_talentlms(world.good, url=world.provider.issuer)


def api_is_off(world):
    world.portal.control.fault(kind="status", status=403, message="API is not enabled", times=9)
    return world.good


def no_such_domain(world):
    world.portal.control.fault(kind="html", status=401, times=9)
    return world.good


def few_calls_left(world):
    world.portal.control.limits(per_hour=10)
    lms = TalentLMS(HttpTransport(world.portal.url, Secret(API_KEY), HttpClient()))
    for _ in range(9):
        lms.site.info()
    return world.good


def a_smaller_plan(world):
    world.portal.control.limits(per_hour=1000)
    return with_talentlms(world.good, calls_per_hour=2000)


def named(**changes):
    return lambda world: replace(world.good, **changes)


def rule(**assign):
    one = RuleSettings(name="all", when=ConditionSettings(group="All"), assign=Assignments(**assign))
    return named(mapping=MappingSettings(rules=(one,)))


def redis_at(url):
    return lambda world: replace(world.good, redis_url=Secret(url.format(port=world.redis.port, free=free_port())))


def redis_told(*command):
    def made(world):
        world.redis.tell(*command)
        return world.good

    return made


def database_at(url):
    def made(world):
        place = world.postgresql.url().reveal().partition("@")[2].partition("/")[0]
        return replace(world.good, database_url=Secret(url.format(place=place, free=free_port())))

    return made


def no_database(world):
    file = world.folder / "text.db"
    file.write_text("not a database" * 100)
    return replace(world.good, database_url=Secret(f"sqlite:///{file}"))


def tables(version):
    def made(world):
        database = connect(world.good.database_url)
        with database.transaction() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{version}'"))
        database.close()
        return world.good

    return made


MISTAKES = {
    "the issuer's path": (issuer("/realms/acme"), ("OIDC_ISSUER", "fault"), "Check the path in OIDC_ISSUER"),
    "a slash at the issuer's end": (issuer("/"), ("OIDC_ISSUER", "fault"), "with or without a slash at its end"),
    "another issuer": (
        misbehaving("discovery-issuer-mismatch"),
        ("OIDC_ISSUER", "fault"),
        "character for character as its metadata has it",
    ),
    "the issuer's host": (
        provider_with(issuer="https://id.acme.invalid"),
        ("OIDC_ISSUER", "fault"),
        "Check the host name in OIDC_ISSUER, and whether this machine's resolver knows it.",
    ),
    "another product's preset": (provider_with(preset="keycloak"), ("OIDC_PRESET", "warning"), "Set OIDC_PRESET to"),
    "the client's secret": (
        provider_with(client_secret=Secret("hunter2")),
        ("OIDC_CLIENT_SECRET", "fault"),
        "Copy OIDC_CLIENT_SECRET anew",
    ),
    "the path of the client's secret in the place of it": (
        secret_by_its_path,
        ("OIDC_CLIENT_SECRET", "fault"),
        "give that as OIDC_CLIENT_SECRET_FILE",
    ),
    "how the client proves itself": (
        takes_another_authentication,
        ("OIDC_CLIENT_SECRET", "fault"),
        "It takes private_key_jwt: set OIDC_CLIENT_AUTHENTICATION to one of those",
    ),
    "the redirect address": (
        another_redirect_address,
        ("OIDC_CLIENT_ID", "fault"),
        f"Register {REDIRECT} there, exactly",
    ),
    "algorithms": (
        misbehaving("discovery-only-none"),
        ("OIDC_ALGORITHMS", "fault"),
        "Have the provider sign ID tokens by one of RS256",
    ),
    "a scope that is not offered": (
        provider_with(scopes=("openid", "groups")),
        ("OIDC_SCOPES", "warning"),
        "remove it from OIDC_SCOPES",
    ),
    "the API key": (
        talentlms_with(api_key=Secret("hunter2")),
        ("TALENTLMS_API_KEY", "fault"),
        "of the very domain that TALENTLMS_URL names",
    ),
    "the domain of nobody": (no_such_domain, ("TALENTLMS_URL", "fault"), "Check the domain's name in TALENTLMS_URL"),
    "an API that is switched off": (api_is_off, ("TALENTLMS_API_KEY", "fault"), "Switch the API on in TalentLMS"),
    "an address that is not TalentLMS's": (
        no_talentlms,
        ("TALENTLMS_URL", "fault"),
        "write the address at which administrators sign in",
    ),
    "TalentLMS's host": (
        talentlms_with(url="https://acme.talentlms.invalid"),
        ("TALENTLMS_URL", "fault"),
        "Check the host name in TALENTLMS_URL",
    ),
    "an hour that is nearly spent": (few_calls_left, ("TALENTLMS_CALLS_PER_HOUR", "warning"), "what else spends calls"),
    "more calls than the plan grants": (a_smaller_plan, ("TALENTLMS_CALLS_PER_HOUR", "warning"), "Set it to 1000"),
    "a course's id": (
        named(slugs=Slugs(courses={"gone": 4711})),
        ("slugs.courses.gone", "fault"),
        "Look the id up",
    ),
    "a group's key": (
        rule(groups=("KEY12354",)),
        ("mapping.rules[0].assign.groups", "fault"),
        "Did you mean KEY12345?",
    ),
    "a branch's name": (rule(branch="emeaa"), ("mapping.rules[0].assign.branch", "fault"), "Did you mean emea?"),
    "a custom field": (
        talentlms_with(link_custom_field=19),
        ("talentlms.link_custom_field", "fault"),
        "custom_field_3 (Employee number)",
    ),
    "no Redis at all": (named(redis_url=None), ("GATEWAY_REDIS_URL", "warning"), "Name a Redis server"),
    "Redis's port": (
        redis_at("redis://127.0.0.1:{free}/0"),
        ("GATEWAY_REDIS_URL", "fault"),
        "Check host and port in GATEWAY_REDIS_URL, and whether the server runs.",
    ),
    "Redis's host": (redis_at("redis://redis.invalid/0"), ("GATEWAY_REDIS_URL", "fault"), "Check the host name in"),
    "Redis's database 99": (
        redis_at("redis://127.0.0.1:{port}/99"),
        ("GATEWAY_REDIS_URL", "fault"),
        "End GATEWAY_REDIS_URL with a number that the server has",
    ),
    "Redis's password": (
        redis_told("CONFIG", "SET", "requirepass", "another"),
        ("GATEWAY_REDIS_URL", "fault"),
        "Check user and password in GATEWAY_REDIS_URL",
    ),
    "a replica of Redis": (
        redis_told("REPLICAOF", "127.0.0.1", "9"),
        ("GATEWAY_REDIS_URL", "fault"),
        "name the primary",
    ),
    "a Redis that throws keys away": (
        redis_told("CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru"),
        ("GATEWAY_REDIS_URL", "warning"),
        "Set maxmemory-policy noeviction there.",
    ),
    "PostgreSQL's port": (
        database_at("postgresql://gateway@127.0.0.1:{free}/gateway"),
        ("GATEWAY_DATABASE_URL", "fault"),
        "Check host and port in GATEWAY_DATABASE_URL",
    ),
    "PostgreSQL's host": (
        database_at("postgresql://gateway@db.invalid/gateway"),
        ("GATEWAY_DATABASE_URL", "fault"),
        "Check the host name in GATEWAY_DATABASE_URL",
    ),
    "the database's name": (
        database_at("postgresql://gateway@{place}/gatewayy"),
        ("GATEWAY_DATABASE_URL", "fault"),
        "Check the database's name in GATEWAY_DATABASE_URL",
    ),
    "the database's user": (
        database_at("postgresql://gatewayy@{place}/postgres"),
        ("GATEWAY_DATABASE_URL", "fault"),
        "Check the user in GATEWAY_DATABASE_URL",
    ),
    "a file that is no database": (
        no_database,
        ("GATEWAY_DATABASE_URL", "fault"),
        "Check the path in GATEWAY_DATABASE_URL",
    ),
    "tables of a newer gateway": (tables("9999"), ("GATEWAY_DATABASE_URL", "fault"), "Run the newer version"),
    "tables of an older gateway": (tables("0001"), ("GATEWAY_DATABASE_URL", "warning"), "database upgrade"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_remedy_and_nothing_else_is(world, mistake):
    made, trouble, remedy = MISTAKES[mistake]
    report = examined(made(world))
    assert troubles(report) == [trouble]
    (row,) = [row for row in report.rows if row.state in ("warning", "fault")]
    assert remedy in row.remedy
    assert "hunter2" not in str(report)


def dated(ahead):
    return format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)


@pytest.mark.parametrize(
    ("ahead", "state", "says"),
    [(20, "ok", "agrees"), (-45, "warning", "ahead of"), (45, "warning", "behind"), (600, "fault", "are refused")],
)
def test_a_wrong_clock_is_told_from_the_providers_answer(world, ahead, state, says):
    with raw_server() as front:
        metadata = {
            "issuer": front.url,
            **{f"{one}_endpoint": f"{world.provider.issuer}/{one}" for one in ("authorization", "token")},
            "jwks_uri": f"{world.provider.issuer}/jwks",
        }
        front.answer("/.well-known/openid-configuration", json.dumps(metadata).encode(), Date=dated(ahead))
        report = examined(with_provider(world.good, issuer=front.url))
    (row,) = [row for row in report.rows if row.what == "provider default: clock"]
    assert (row.setting, row.state) == ("OIDC_ISSUER", state)
    assert says in row.finding
    assert ("NTP" in row.remedy) == (state != "ok")


def test_a_mapped_domain_that_no_link_may_lead_to_is_told(world):
    def said(request):
        if b"/ratelimit" in request:
            return answer(b'{"limit": "2000", "remaining": "2000"}')
        return answer(b'{"date_format": "DDMMYYYY", "domain_map": "learn.acme.com"}')

    with odd_server(said) as server:
        report = examined(with_talentlms(world.good, url=server.url))
    (row,) = [row for row in report.rows if row.what == "talentlms: links"]
    assert (row.setting, row.state, row.remedy) == (
        "TALENTLMS_LINK_HOSTS",
        "warning",
        "If learn.acme.com is yours, add it.",
    )


def test_a_certificate_of_an_authority_of_ones_own_is_told(world):
    _, context = certificate(world.folder)
    with odd_server(answer(), context=context) as server:
        report = examined(with_talentlms(world.good, url=server.url))
    (row,) = [row for row in report.rows if row.state == "fault"]
    assert row.setting == "TALENTLMS_URL"
    assert "name it in GATEWAY_CA_FILE" in row.remedy
