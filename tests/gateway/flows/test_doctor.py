"""The doctor asks everybody, none of them hides another, and it costs one call."""

import threading
from dataclasses import replace

import pytest

from gateway import log
from gateway.config import Slugs
from gateway.errors import StoreUnavailable
from gateway.flows.doctor import Doctor, Row
from gateway.services import Services
from gateway.store.diagnoses import SECONDS
from schemas.secret import Secret
from tests.gateway.flows.examined import REDIRECT, examined, row_of, sound, troubles, with_provider, with_talentlms
from tests.ports import free_port

PROVIDER = [
    f"provider default: {one}" for one in ("metadata", "product", "keys", "clock", "client", "redirect address")
]
TALENTLMS = [f"talentlms: {one}" for one in ("key", "quota", "clock", "plan", "links")]
REDIS = [f"redis: {one}" for one in ("writes", "version", "eviction", "persistence")]
DATABASE = [f"database: {one}" for one in ("version", "tables", "writes")]


@pytest.fixture
def settings(provider, portal, redis_server, tmp_path):
    return sound(provider, portal, redis_server, tmp_path)


def test_where_all_is_well_every_row_says_so_and_names_its_setting(settings):
    report = examined(settings)
    assert [row.what for row in report.rows] == [*PROVIDER, *TALENTLMS, *REDIS, *DATABASE]
    assert [row for row in report.rows if row.state != "ok" or row.remedy or not row.setting] == []
    assert report.is_well
    assert row_of(report, "provider default: redirect address").finding == f"{REDIRECT} is registered"


def test_it_spends_one_call_of_the_hour_and_signs_nobody_in(settings, portal, provider):
    examined(settings)
    assert [call.operation for call in portal.control.calls()] == ["ratelimit", "siteinfo"]
    assert portal.control.cost() == 1
    asked = [entry["endpoint"] for entry in provider.control.requests()]
    assert asked == ["discovery", "jwks", "token", "authorize"]
    assert provider.control.state()["sessions"] == []


@pytest.fixture
def told_events():
    """Return what was told of an event."""
    told = []
    log.observe_by(lambda name, facts: told.append((name, dict(facts))))
    yield lambda wanted: [facts for name, facts in told if name == wanted]
    log.observe_by(None)


NAMED = Slugs(courses={"intro": 12, "gone": 4711}, categories={"law": 3})


def test_each_kind_of_thing_that_settings_name_costs_one_call_more(settings, portal):
    report = examined(replace(settings, slugs=NAMED))
    assert [call.operation for call in portal.control.calls()] == ["ratelimit", "siteinfo", "courses", "categories"]
    assert portal.control.cost() == 3
    assert [(row.setting, row.remedy) for row in report.rows if row.state == "fault"] == [
        ("slugs.courses.gone", "Look the id up in its address in TalentLMS")
    ]


def test_starts_that_follow_each_other_spend_calls_but_once(settings, portal, redis_server):
    redis_server.tell("FLUSHALL")
    first, second = (Services(settings).doctor_at_start.examine() for _ in range(2))
    assert [call.operation for call in portal.control.calls()] == ["ratelimit", "siteinfo", "ratelimit"]
    assert row_of(first, "talentlms: plan").state == "ok"
    assert [(row.what, row.state) for row in second.rows if row.what.startswith("talentlms")] == [
        ("talentlms: key", "ok"),
        ("talentlms: quota", "ok"),
        ("talentlms: clock", "ok"),
        ("talentlms: plan", "unknown"),
    ]


def test_that_all_is_there_is_told_with_its_number(settings):
    report = examined(replace(settings, slugs=replace(NAMED, courses={"intro": 12})))
    assert row_of(report, "talentlms: named").finding == "all 2 that the settings name are there"


def test_it_leaves_nothing_in_redis_but_what_goes_by_itself(settings, redis_server):
    redis_server.tell("FLUSHALL")
    examined(settings)
    lives = {key: redis_server.tell("TTL", key) for key in redis_server.tell("KEYS", "*")}
    kept = [key for key in lives if "diagnosis:" in str(key)]
    assert len(kept) == 1
    assert [key for key in lives if not -1 < lives[key] <= (SECONDS if key in kept else 3600)] == []


def test_what_was_found_is_there_for_every_process(settings):
    first, second = Services(settings), Services(settings)
    report = first.doctor_at_start.examine()
    assert second.diagnoses.last() == report.as_json()
    assert first.doctor.examine().as_json() == second.diagnoses.last()


def test_a_report_that_cannot_be_kept_is_told_all_the_same(told_events):
    def away(_):
        raise StoreUnavailable("ConnectionError")

    doctor = Doctor({"c": lambda: [Row("c: first", "C", "ok", "found")]}, keep=away)
    assert doctor.examine().is_well
    assert told_events("doctor.not_kept") == [{"why": "store-unavailable", "note": "ConnectionError"}]


def test_a_check_that_fails_or_hangs_hides_no_other_and_keeps_what_it_found():
    hanging = threading.Event()

    def hangs():
        yield Row("a: first", "A", "ok", "found")
        hanging.wait()

    def fails():
        yield Row("b: first", "B", "ok", "found")
        raise ZeroDivisionError

    doctor = Doctor({"a": hangs, "b": fails, "c": lambda: [Row("c: first", "C", "ok", "found")]}, seconds=0.2)
    report = doctor.examine()
    hanging.set()
    assert [(row.what, row.state) for row in report.rows] == [
        ("a: first", "ok"),
        ("a", "fault"),
        ("b: first", "ok"),
        ("b", "fault"),
        ("c: first", "ok"),
    ]
    assert "0.2 seconds" in report.rows[1].finding
    assert not report.is_well
    assert doctor.last is report


def test_all_that_is_away_is_told_at_once_each_with_its_host(settings):
    place = f"127.0.0.1:{free_port()}"
    away = with_provider(with_talentlms(settings, url=f"http://{place}"), issuer=f"http://{place}")
    away = replace(away, redis_url=Secret(f"redis://{place}/0"), database_url=Secret(f"postgresql://g@{place}/g"))
    report = examined(away)
    assert troubles(report) == [
        ("OIDC_ISSUER", "fault"),
        ("TALENTLMS_URL", "fault"),
        ("GATEWAY_REDIS_URL", "fault"),
        ("GATEWAY_DATABASE_URL", "fault"),
    ]
    assert {place in row.finding and "refused" in row.finding for row in report.rows} == {True}
    assert {row.remedy for row in report.rows} == {
        f"Check host and port in {setting}, and whether the server runs." for setting, _ in troubles(report)
    }
