"""Waiting for the budget: real gunicorn workers, a real Redis, a TalentLMS sandbox with its own limits."""

import re
import signal
import time
from statistics import mean

import pytest

from gateway.store.keys import tagged
from tests.gateway.threads import at_once
from tests.gateway.web.rush import (
    API_KEY,
    COURSE,
    Person,
    another_browser,
    ask,
    in_background,
    signed_in,
    spread,
    start_gateway,
)
from tests.journeys.backing_services import start_portal, start_redis
from tests.patience import wait_until

GO = f"/go/course/{COURSE}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rush")


@pytest.fixture(scope="module")
def lms(folder):
    portal = start_portal(folder, API_KEY)
    yield portal
    portal.process.stop()


@pytest.fixture
def fresh(lms):
    """The portal as it was at the start."""
    lms.control.reset()
    return lms


@pytest.fixture(scope="module")
def redis_server(folder):
    server = start_redis(folder, durable=True)
    yield server
    server.process.stop()


@pytest.fixture
def redis_url(redis_server):
    with redis_server.client() as client:
        client.flushall()
    return redis_server.url()


@pytest.fixture
def gateway(fresh, folder, redis_url):
    """Start gateways that are ended with the test; returns the port of each."""
    started = []

    def start(**changes):
        process, port = start_gateway(folder, fresh, redis_url, **changes)
        started.append(process)
        return port, process

    yield start
    for process in started:
        process.signal(signal.SIGQUIT)  # at once: nothing is under way any more
    for process in started:
        process.stop()


@pytest.fixture
def people(fresh, redis_url):
    return lambda count: signed_in(redis_url, fresh, count)


def clicks(portal):
    return [call for call in portal.control.calls() if call.operation == "gotocourse"]


@pytest.mark.statement(66)
def test_a_rush_is_served_in_order_by_all_workers_together_and_talentlms_never_throttles(gateway, fresh, people):
    limits = {"TALENTLMS_CALLS_PER_5_SECONDS": "40"}
    ports = [gateway(**limits)[0], gateway(**limits)[0]]
    crowd = people(110)
    fresh.control.limits(per_5_seconds=40)

    outcomes = spread(crowd, 1.5, lambda number, person: person.go(ports[number % 2]))

    calls = clicks(fresh)
    assert [outcome.status for outcome in outcomes] == [302] * 110
    assert {call.status for call in calls} == {200}
    assert sorted(int(call.arguments["user_id"]) for call in calls) == sorted(person.user_id for person in crowd)
    assert len({outcome.headers["Location"] for outcome in outcomes}) == 110
    first, second, third = (
        as_they_came(crowd, calls[:40]),
        as_they_came(crowd, calls[40:80]),
        as_they_came(crowd, calls[80:]),
    )
    assert max(first) < 80
    assert mean(first) < mean(second) < mean(third), "who comes first is served first, window by window"
    waits = [int(page.headers["Refresh"]) for person in crowd for page in person.answers[:-1]]
    assert max(waits) <= 10, "two more windows are enough"
    assert len(waits) <= 2 * 70, "and they are used as they were promised"


def as_they_came(crowd, calls):
    """Return of each who was served with these calls how many had come before them."""
    came = [person.user_id for person in sorted(crowd, key=lambda person: person.first_asked)]
    return [came.index(int(call.arguments["user_id"])) for call in calls]


def test_the_waiting_page_tells_how_long_keeps_the_place_and_goes_on_by_itself(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_5_SECONDS="1")
    ann, bob, cid, dan = people(4)

    assert ann.click(port).status == 302
    waiting = [person.click(port) for person in (bob, cid, dan)]
    assert [page.status for page in waiting] == [503] * 3
    assert [int(page.headers["Refresh"]) for page in waiting] == [int(page.headers["Retry-After"]) for page in waiting]
    first, second, third = (int(page.headers["Refresh"]) for page in waiting)
    assert 1 <= first <= 6
    assert {second - first, third - second} <= {3, 4, 5, 6, 7}, "a slot each, 5.2 seconds apart"
    assert all("Your place is kept" in page.text and f'href="{GO}"' in page.text for page in waiting)
    assert all("Location" not in page.headers for page in waiting)
    assert f'href="{GO}"' in dan.click(port, path=f"{GO}?{'x' * 2000}").text, "a query that is too long is left out"
    (about,) = re.findall(r"about (\d+) seconds", waiting[2].text)
    assert int(about) in {_in_fives(third), _in_fives(third + 1)}, "the same wait, told in steps of five"
    assert len(clicks(fresh)) == 1

    time.sleep(5.2)
    assert cid.click(port).status == 503, "it is bob's time"
    assert bob.click(port).status == 302
    assert [int(call.arguments["user_id"]) for call in clicks(fresh)] == [ann.user_id, bob.user_id]


def _in_fives(seconds):
    return -(-seconds // 5) * 5


def test_a_page_that_was_shown_before_is_the_same_for_the_next_but_for_the_time(gateway, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1", WEB_CONCURRENCY="1")
    ann, bob, cid = people(3)
    ann.click(port)
    first, second = bob.click(port), cid.click(port)
    for page in (first, second):
        for name in ("Date", "Refresh", "Retry-After"):
            page.headers.pop(name)

    assert first == second
    assert first.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in first.headers
    assert bob.click(port, "/go/course/34").text != first.text


@pytest.mark.parametrize("header", [{"Sec_Purpose": "prefetch"}, {"Purpose": "preview"}, {"Sec_Fetch_Mode": "cors"}])
def test_what_is_no_navigation_takes_no_place_and_no_call(gateway, fresh, people, header):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1")
    (ann,) = people(1)

    assert "Location" not in ann.click(port, **header).headers
    assert ann.click(port).status == 302


def test_two_tabs_share_a_place_and_each_is_answered_with_a_link_of_its_own(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_5_SECONDS="2")
    ann, bob = people(2)
    for _ in range(2):
        assert ann.click(port).status == 302
    tabs = [bob, bob.other_tab()]

    outcomes = spread(tabs, 0.1, lambda _, tab: tab.go(port))

    assert [outcome.status for outcome in outcomes] == [302, 302]
    assert outcomes[0].headers["Location"] != outcomes[1].headers["Location"]
    assert len(clicks(fresh)) == 4


def test_a_place_belongs_to_the_person_and_the_path_whatever_browser_and_query(
    gateway, fresh, people, redis_url, redis_server
):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1")
    ann, bob = people(2)
    ann.click(port)
    for browser in (bob, another_browser(redis_url, bob)):
        for query in ("", "?1", "?2"):
            assert "Your place is kept" in browser.click(port, GO + query).text
    with redis_server.client() as client:
        assert [client.zcard(key) for key in client.keys(tagged("budget:*:queue"))] == [1]
        for number in range(12):
            assert bob.click(port, f"/go/course/{number + 1}").status == 503
        assert [client.zcard(key) for key in client.keys(tagged("budget:*:queue"))] == [10]


@pytest.mark.statement(66)
@pytest.mark.parametrize("per_hour", ["2000", "0"])
def test_one_person_cannot_spend_everybodys_hour(gateway, fresh, people, redis_url, per_hour):
    limits = {"TALENTLMS_CALLS_PER_HOUR": per_hour, "TALENTLMS_CALLS_PER_5_SECONDS": "0" if per_hour == "0" else "200"}
    port, process = gateway(**limits)
    greedy, polite = people(2)
    browsers = [greedy, another_browser(redis_url, greedy)]
    began = time.monotonic()
    for number in range(60):
        browsers[number % 2].click(port, f"{GO}?{number}")
    seconds = time.monotonic() - began

    answers = greedy.answers + browsers[1].answers
    refused = [answer for answer in answers if answer.status != 302]
    assert 20 <= len(clicks(fresh)) <= 20 + seconds + 1
    assert len(clicks(fresh)) + len(refused) == 60
    assert {answer.status for answer in refused} == {503}
    assert all("You have opened many pages in a short time" in answer.text for answer in refused)
    assert all(answer.headers["Refresh"] == answer.headers["Retry-After"] == "1" for answer in refused)
    assert polite.click(port).status == 302
    assert greedy.go(port).status == 302, "and who waits goes on"
    assert process.output.read_text().count('"event": "budget.person_limited"') == 1


def test_ten_tabs_at_once_never_meet_the_limit_of_one_person(gateway, fresh, people):
    port, _ = gateway()
    (ann,) = people(1)
    tabs = [ann, *[ann.other_tab() for _ in range(9)]]

    assert at_once(10, lambda number: tabs[number].click(port).status) == [302] * 10
    assert len(clicks(fresh)) == 10


def test_off_means_as_many_as_one_likes(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_PERSON="off")
    (ann,) = people(1)

    assert [ann.click(port).status for _ in range(40)] == [302] * 40


@pytest.mark.parametrize("per_hour", ["2000", "0"])
def test_a_made_up_course_costs_one_call_in_a_minute_whoever_asks_and_however(gateway, fresh, people, per_hour):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR=per_hour, TALENTLMS_CALLS_PER_5_SECONDS="0")
    ann, bob = people(2)
    asked = [
        person.click(port, path)
        for person in (ann, bob)
        for path in ("/go/course/99999", "/go/course/99999?1", "/buy/course/99999", "/buy/category/99998")
        for _ in range(8)
    ]

    assert {answer.status for answer in asked} == {404}
    assert len({answer.text.partition("Reference")[0] for answer in asked}) == 2, "a course and a category"
    calls = [call.operation for call in fresh.control.calls() if call.operation != "ratelimit"]
    assert calls == ["gotocourse", "buycategorycourses"]
    assert ask(port, "/go/course/99999").headers["Location"] == "/login?next=/go/course/99999"
    assert ann.click(port).status == 302


def test_a_machine_is_told_in_problem_json(gateway, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1")
    ann, bob = people(2)
    ann.click(port)
    answer = bob.click(port, Accept="application/json")

    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert "queued" in answer.text


def test_whoever_is_not_signed_in_takes_no_place(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1")
    for cookie in ("", "somebody-elses-invention"):
        assert Person(0, cookie).click(port).headers["Location"].startswith("/login")

    (ann,) = people(1)
    assert ann.click(port).status == 302


def test_a_click_that_needs_no_call_gives_its_turn_back(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_HOUR="1")
    (ann,) = people(1)
    fresh.control.fault("gotocourse", kind="status", status=500)

    assert ask(port, "/go/course/no-such-slug", Cookie=f"talentlms_gateway_session={ann.cookie}").status == 404
    assert ann.click(port).status == 503
    assert len(clicks(fresh)) == 1


def test_a_throttle_sends_everybody_to_wait_and_everybody_gets_in_afterwards(gateway, fresh, people):
    port, _ = gateway()
    ann, bob = people(2)
    fresh.control.fault("gotocourse", kind="throttled", retry_after=6)
    throttled = ann.click(port)
    waiting = bob.click(port)

    assert (throttled.status, throttled.headers["Retry-After"], throttled.headers["Refresh"]) == (503, "6", "6")
    assert (waiting.status, "Your place is kept" in waiting.text) == (503, True)
    outcomes = spread([ann, bob], 0, lambda _, person: person.go(port))
    assert [outcome.status for outcome in outcomes] == [302, 302]
    assert [call.status for call in clicks(fresh)] == [429, 200, 200]


def test_a_queue_does_not_eat_the_threads(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_5_SECONDS="1", WEB_CONCURRENCY="1")
    crowd = people(150)
    crowd[0].click(port)

    outcomes = spread(crowd[1:], 0.5, lambda _, person: person.click(port))
    health = [ask(port, "/livez").status for _ in range(10)]

    assert {outcome.status for outcome in outcomes} == {503}
    assert health == [200] * 10
    assert len(clicks(fresh)) == 1


@pytest.mark.alone
def test_hundreds_of_clicks_wait_for_a_slow_talentlms_at_once_and_hold_up_nobody_else(gateway, fresh, people):
    port, _ = gateway(TALENTLMS_CALLS_PER_5_SECONDS="0", TALENTLMS_CALLS_PER_HOUR="0", WEB_CONCURRENCY="1")
    crowd = people(300)
    fresh.control.fault("gotocourse", kind="slow", seconds=8, times=500)
    told = []

    hanging = in_background(lambda: spread(crowd, 0, lambda _, person: told.append(person.click(port).status)))
    time.sleep(3)
    told.append(ask(port, "/livez").status)
    hanging.join()

    assert told == [200] + [302] * 300, "in two turns of 8 seconds, some would have waited too long"
    assert len(clicks(fresh)) == 300


def test_without_redis_nothing_is_spent_and_with_it_all_goes_on(gateway, fresh, people, redis_server):
    port, _ = gateway()
    ann, bob = people(2)
    assert ann.click(port).status == 302
    redis_server.process.kill()
    away = [person.click(port) for person in (ann, bob)]
    assert [(page.status, "cannot reach its own data" in page.text) for page in away] == [(503, True)] * 2
    assert len(clicks(fresh)) == 1

    redis_server.process = start_redis(redis_server.process.output.parent, port=redis_server.port, durable=True).process
    wait_until(lambda: ask(port, "/readyz").status == 200)
    assert [person.go(port).status for person in (ann, bob)] == [302, 302]
    assert len(clicks(fresh)) == 3


def test_a_redis_that_comes_back_empty_is_not_believed(gateway, fresh, people, redis_server):
    port, _ = gateway(TALENTLMS_CALLS_PER_5_SECONDS="3", WEB_CONCURRENCY="1")
    ann, bob = people(2)
    for _ in range(3):
        assert ann.click(port).status == 302
    with redis_server.client() as client:
        client.delete(*client.keys(tagged("budget:*")))

    assert bob.click(port).status == 503
    assert len(clicks(fresh)) == 3


def test_a_graceful_restart_loses_no_click(gateway, fresh, people):
    port, process = gateway(TALENTLMS_CALLS_PER_5_SECONDS="0", TALENTLMS_CALLS_PER_HOUR="0")
    crowd = people(60)
    fresh.control.fault("gotocourse", kind="slow", seconds=0.2, times=500)
    restart = in_background(lambda: (time.sleep(0.5), process.signal(signal.SIGHUP)))

    outcomes = spread(crowd, 4, lambda _, person: person.click(port))

    restart.join()
    assert [outcome.status for outcome in outcomes] == [302] * 60
    assert len(clicks(fresh)) == 60
