"""Several people on the one worker of a gateway: none ever gets anything of another's."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journeys.gateway_process import gateway_at

PEOPLE, CLICKS = 5, 10
ADDRESSES = ("/go", "/go/course/12", "/buy/course/34", "/buy/category/3", "/")


@pytest.fixture(scope="module")
def lone_gateway(folder, addresses, portal, provider, redis_server):
    settings = {"WEB_CONCURRENCY": "1"}
    gateway = gateway_at(addresses["alone"], folder, portal, provider, redis_server.url(2), settings)
    yield gateway.start()
    gateway.end()


@pytest.fixture
def people(lone_gateway, portal, visit, newcomers):
    """Pairs of a person and their client, signed in, with an empty call log."""
    persons = [newcomers() for _ in range(PEOPLE)]
    pairs = [(person, visit(lone_gateway.url, person.login)) for person in persons]
    for _, visitor in pairs:
        visitor.go("/go/course/12")
    portal.control.clear_calls()
    return pairs


@pytest.mark.statement(17)
def test_the_second_person_gets_no_cookie_no_link_and_no_name_of_the_first(lone_gateway, portal, visit, newcomers):
    first, second = newcomers(), newcomers()
    one, other = visit(lone_gateway.url, first.login), visit(lone_gateway.url, second.login)

    for visitor in (one, other, one, other):
        visitor.go("/go/course/12")
        visitor.go("/")

    assert _names_on(one.trail, second) == []
    assert _names_on(other.trail, first) == []
    assert _values(one.trail, "Location").isdisjoint(_values(other.trail, "Location") - _ordinary(other, lone_gateway))
    assert _values(one.trail, "Set-Cookie").isdisjoint(_values(other.trail, "Set-Cookie"))
    assert not any(call.cookie for call in portal.control.calls())


def test_the_gateway_passes_on_no_cookie_of_talentlms(lone_gateway, people):
    for _, visitor in people:
        for address in ADDRESSES:
            assert "PHPSESSID" not in visitor.ask(address).headers.get("Set-Cookie", "")


def test_interleaved_clicks_lead_everyone_to_their_own_place(people):
    for address in ADDRESSES:
        answers = [(person, visitor, visitor.ask(address)) for person, visitor in people]
        for person, visitor, answer in answers:
            _check_own(person, visitor.follow(answer), people)


def test_concurrent_clicks_lead_everyone_to_their_own_place(portal, people):
    def click_around(pair):
        person, visitor = pair
        addresses = random.Random(person.login).choices(ADDRESSES, k=CLICKS)
        return [(person, visitor.go(address)) for address in addresses]

    with ThreadPoolExecutor(PEOPLE) as threads:
        arrived = [arrival for arrivals in threads.map(click_around, people) for arrival in arrivals]

    assert len(arrived) == PEOPLE * CLICKS
    for person, answer in arrived:
        _check_own(person, answer, people)
    assert not any(call.cookie for call in portal.control.calls())


def test_concurrent_sign_ins_of_different_people_make_an_account_each(lone_gateway, portal, visit, newcomers):
    pairs = [(person, visit(lone_gateway.url, person.login)) for person in (newcomers() for _ in range(PEOPLE))]
    with ThreadPoolExecutor(PEOPLE) as threads:
        answers = list(threads.map(lambda pair: pair[1].go("/go/course/12"), pairs))

    for (person, _), answer in zip(pairs, answers, strict=True):
        _check_own(person, answer, pairs)
        assert len(portal.users(person.email)) == 1


def _check_own(person, answer, people):
    assert answer.status_code == 200
    assert person.name in answer.text
    assert not [other.name for other, _ in people if other != person and other.name in answer.text]


def _names_on(trail, person):
    return [answer.url for answer in trail if person.name in answer.text or person.email in answer.text]


def _values(trail, header):
    return {answer.headers[header] for answer in trail if header in answer.headers}


def _ordinary(visitor, gateway):
    """Return the addresses that lead everybody on: our own, and the pages of a course without its key."""
    return {place for place in _values(visitor.trail, "Location") if place.startswith(("/", gateway.url))}
