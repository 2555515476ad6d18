"""What is counted, by real clicks at the sandboxes."""

import re

import pytest

from gateway import log
from gateway.operator.counters import CALL_SECONDS

BIND = "127.0.0.1:9464"


@pytest.fixture
def app(gateway):
    return gateway(GATEWAY_METRICS_BIND=BIND)


@pytest.fixture
def browser(app, browser_at):
    return browser_at(app)


def test_a_click_that_reaches_its_course_is_counted_with_its_call(app, browser, scrape):
    browser.sign_in("robin")
    browser.get("/go")
    before = scrape(app)
    browser.get("/go/course/12/")
    browser.get("/go")
    after = scrape(app)
    assert after['clicks_total{outcome="reached"}'] - before.of("clicks_total").get('{outcome="reached"}', 0) == 2
    calls = 'talentlms_calls_total{operation="gotocourse",outcome="ok"}'
    assert after[calls] == 1
    assert after['talentlms_call_seconds_count{operation="gotocourse"}'] == 1
    assert after[f'talentlms_call_seconds_bucket{{le="{CALL_SECONDS[-1]}",operation="gotocourse"}}'] == 1


def test_a_sign_in_is_counted_with_its_provider_and_the_account_that_is_made(app, browser, scrape):
    browser.sign_in("kim.lee")
    browser.get("/go")
    scraped = scrape(app)
    assert scraped.of("sign_ins_total") == {'{outcome="success",provider="default"}': 1}
    assert sum(scraped.of("provisioning_total").values()) == 1
    assert scraped['audit_events_total{event="sign_in",outcome="success"}'] == 1


def test_what_became_of_a_click_is_told_apart(app, browser, scrape):
    browser.get("/go")
    browser.sign_in("robin")
    browser.get("/")
    browser.get("/go/course/999999")
    browser.get("/go/course/no-such-name")
    scraped = scrape(app).of("clicks_total")
    assert scraped['{outcome="sign_in"}'] >= 1
    assert scraped['{outcome="page"}'] >= 1
    assert scraped['{outcome="refused"}'] == 2


def test_a_click_while_talentlms_is_down_has_failed(app, browser, portal, scrape):
    browser.sign_in("robin")
    browser.get("/go")
    portal.control.fault("gotocourse", kind="status", status=500, times=2)
    browser.get("/go/course/12")
    scraped = scrape(app)
    assert scraped.of("clicks_total")['{outcome="failed"}'] == 1
    unavailable = 'talentlms_calls_total{operation="gotocourse",outcome="talentlms-unavailable"}'
    assert scraped[unavailable] == 1


def test_what_is_no_click_is_not_counted_as_one(app, browser, scrape):
    browser.client.head("/go")
    browser.client.get("/livez")
    browser.client.get("/go", headers={"Sec-Fetch-Mode": "cors"})
    browser.client.get("/go", headers={"Sec-Purpose": "prefetch"})
    assert scrape(app).of("clicks_total") == {}


def test_requests_to_the_directory_are_counted(app, browser, scrape):
    browser.client.get("/scim/v2/Users")
    assert scrape(app).of("scim_requests_total") == {'{outcome="refused"}': 1}


def test_a_name_that_a_stranger_made_up_is_no_label(app, scrape):
    for name in ("made-up", 'a"b'):
        log.tell("audit.sign_in", {"provider": name, "outcome": "refused"})
    assert scrape(app).of("sign_ins_total") == {'{outcome="refused",provider="other"}': 2}


def test_waits_and_the_breaker_are_counted(app, scrape):
    log.tell("budget.waited", {"lane": "CLICK", "seconds": 0.3})
    log.tell("budget.postponed", {"lane": "BACKGROUND", "limit": "all"})
    log.tell("talentlms.breaker", {"is_open": True})
    scraped = scrape(app)
    assert scraped['budget_wait_seconds_sum{lane="click"}'] == 0.3
    assert scraped['budget_postponed_total{lane="background",limit="all"}'] == 1
    assert scraped["talentlms_breaker_open"] == 1
    log.tell("talentlms.breaker", {"is_open": False})
    assert scrape(app)["talentlms_breaker_open"] == 0


def test_what_cannot_be_counted_hurts_nobody(app, scrape):
    log.tell("talentlms.call", {})
    assert scrape(app).of("talentlms_calls_total") == {}


def test_figures_that_are_read_are_there(app, scrape):
    scraped = scrape(app)
    assert scraped["ready"] == 1
    assert scraped["budget_calls_left"] > 0
    for name in ("work_due", "work_oldest_due_seconds", "work_retrying", "dead_letters"):
        assert scraped[f'{name}{{kind="orders"}}'] == scraped[f'{name}{{kind="people"}}'] == 0


def test_no_label_names_anybody(app, browser, scrape):
    browser.sign_in("kim.lee")
    browser.get("/go/course/12")
    labels = {label for key in scrape(app).samples for label in re.findall(r"(\w+)=", key)}
    assert labels <= {"outcome", "provider", "step", "event", "operation", "le", "lane", "limit", "kind", "source"}
