"""Beside a crowd of slow browsers ordinary clicks go on, directly, behind nginx and behind HAProxy."""

import json
import resource
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gateway.web.rush import API_KEY, signed_in, start_gateway
from tests.journeys.backing_services import start_portal, start_redis
from tests.journeys.proxies import haproxy_before, nginx_before
from tests.journeys.slow_browsers import IDLE, SLOW, STAYING, crowd_at

PEOPLE, CLICKS, AT_ONCE = 60, 4, 20
FILES = 4096

pytestmark = pytest.mark.alone


@pytest.fixture(autouse=True)
def _many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def slow_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("slow")


@pytest.fixture(scope="module")
def lms(slow_folder):
    portal = start_portal(slow_folder, API_KEY)
    yield portal
    portal.process.stop()


@pytest.fixture(scope="module")
def redis_url(slow_folder):
    server = start_redis(slow_folder)
    yield server.url()
    server.process.stop()


@pytest.fixture
def gateway(slow_folder, lms, redis_url):
    """Start a gateway of one worker; returns its process and port."""
    limits = {
        "TALENTLMS_CALLS_PER_HOUR": "0",
        "TALENTLMS_CALLS_PER_5_SECONDS": "0",
        "TALENTLMS_CALLS_PER_PERSON": "off",
    }
    process, port = start_gateway(slow_folder, lms, redis_url, WEB_CONCURRENCY="1", **limits)
    yield process, port
    process.stop()


@pytest.fixture(params=["directly", "nginx", "haproxy"])
def port(request, gateway, tmp_path):
    """Return where browsers connect to."""
    _, own = gateway
    if request.param == "directly":
        yield own
        return
    before = {"nginx": nginx_before, "haproxy": haproxy_before}[request.param]
    process, theirs = before(own, tmp_path)
    yield theirs
    process.stop()


@pytest.mark.timeout(180)
def test_clicks_go_on_beside_a_crowd_of_slow_browsers_and_all_of_them_are_served(port, gateway, lms, redis_url):
    people = signed_in(redis_url, lms, PEOPLE)
    lms.control.clear_calls()
    with crowd_at(port) as crowd:
        assert crowd.first_answers() == [200] * (IDLE // 2 + STAYING)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(
                pool.map(lambda person: person.click(port, User_Agent=browser_of(person.user_id)), people * CLICKS)
            )

        assert [answer.status for answer in answers] == [302] * PEOPLE * CLICKS
        assert len(set(map(link, answers))) == PEOPLE * CLICKS
        assert lms.operations() == ["gotocourse"] * PEOPLE * CLICKS
        assert crowd.are_connected()
        assert crowd.answers_in_the_end() == [200] * (IDLE + SLOW // 2)
    assert "Traceback" not in gateway[0].text()
    launches = [line for line in events(gateway[0]) if line["event"] == "launch"]
    assert len({line["reference"] for line in launches}) == len(launches) == PEOPLE * CLICKS
    assert Counter(line["user_id"] for line in launches) == {person.user_id: CLICKS for person in people}
    assert all(line["user_agent"] == browser_of(line["user_id"]) for line in launches), "no line is about two clicks"


def browser_of(user_id):
    return f"browser-{user_id}"


def events(process):
    return [json.loads(line) for line in process.text().splitlines() if line.startswith("{")]


def link(answer):
    """Return where an answer leads; HAProxy writes names in lower case."""
    return {name.lower(): value for name, value in answer.headers.items()}["location"]
