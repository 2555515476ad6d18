from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.http_client import Answer
from bench.load import FreshLinks, Target, closed, fixed_link, request, steady
from bench.ports import free_ports
from bench.stage import running

ORIGIN = "https://lms.example"


def _redirect(location, status=302):
    return Answer(status, f"HTTP/1.1 {status} X\r\nlocation: {location}\r\n\r\n".encode(), 0.0, 1.0)


def test_a_fresh_link_passes_once():
    check = FreshLinks(ORIGIN)
    link = f"{ORIGIN}/index/gotocourse/key:abc,course_id:12"
    assert check(_redirect(link)) == ""
    assert check(_redirect(link)) == "a link that somebody else has got"


@pytest.mark.parametrize(
    "answer",
    [_redirect("https://evil.example/index/gotocourse/key:a"), _redirect(f"{ORIGIN}/index/gotocourse/key:a", 200)],
)
def test_a_link_elsewhere_or_another_status_is_a_fault(answer):
    assert FreshLinks(ORIGIN)(answer).startswith(str(answer.status))


def test_a_fixed_link_has_to_be_that_link():
    check = fixed_link("https://lms.example/a")
    assert check(_redirect("https://lms.example/a")) == ""
    assert check(_redirect("https://lms.example/b")) == "302 to https://lms.example/b"


def aside(load, *given, **named):
    """Make a load in a thread of its own: an event loop may run in this one, a browser's for instance."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(load, *given, **named).result()


@pytest.fixture(scope="module")
def stand_in():
    with running() as stage:
        yield stage.upstream


def _target(stand_in, path="/api/v1/gotocourse/user_id:7,course_id:12"):
    return Target(stand_in.plain, [request(stand_in.plain, path)], lambda answer: "" if answer.status == 200 else "bad")


def test_as_many_clicks_as_asked_for_are_made_and_no_more(stand_in):
    stand_in.set()
    tally = aside(closed, _target(stand_in), connections=3, clicks=50, seconds=30)
    assert (tally.good, sum(tally.faults.values()), stand_in.seen().calls) == (50, 0, 50)


def test_clicks_on_connections_of_their_own_are_all_made(stand_in):
    stand_in.set()
    tally = aside(steady, _target(stand_in), per_second=500, clicks=40, keep=False)
    assert (tally.good, stand_in.seen().calls) == (40, 40)


def test_what_is_not_as_it_should_be_counts_as_a_fault(stand_in):
    tally = aside(closed, _target(stand_in, "/api/v1/nothing"), connections=2, clicks=10, seconds=30)
    assert (tally.good, dict(tally.faults)) == (0, {"bad": 10})


def test_a_server_that_is_not_there_counts_as_a_fault():
    target = Target(free_ports(1)[0], [b""], fixed_link(""))
    tally = aside(closed, target, connections=1, clicks=2, seconds=30)
    assert tally.faults.total() == 2
