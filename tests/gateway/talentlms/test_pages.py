"""Going through all users by pages, however a domain takes the paging."""

import json
import re

import pytest

from gateway.talentlms.client import TalentLMS
from gateway.talentlms.endpoint import Answer

PEOPLE = [{"id": str(number), "login": f"user{number}", "status": "active"} for number in range(1, 8)]


class Domain:
    """Answers ``users`` from a list, as the rule says that takes the page's size and number."""

    def __init__(self, rule):
        self.rule = rule
        self.calls = 0

    def send(self, _verb, path, _body, **_):
        self.calls += 1
        assert self.calls < 20, "the pages never end"
        size, number = map(int, re.fullmatch(r"users/page_size:(\d+),page_number:(\d+)", path).groups())
        return Answer(200, json.dumps(self.rule(size, number)).encode())


RULES = {
    "as documented": lambda size, number: PEOPLE[(number - 1) * size : number * size],
    "no more than two a page": lambda size, number: PEOPLE[(number - 1) * min(size, 2) : number * min(size, 2)],
    "paging ignored": lambda _size, _number: PEOPLE,
    "the last page again and again": lambda size, number: PEOPLE[(number - 1) * size : number * size] or PEOPLE[-size:],
    "one has slipped a page back": lambda size, number: PEOPLE[max((number - 1) * size - 1, 0) : number * size],
    "a map instead of a list": lambda size, number: dict(enumerate(PEOPLE[(number - 1) * size : number * size])),
}


@pytest.mark.parametrize("page_size", [1, 3, 7, 100])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_everybody_comes_once_and_it_ends(rule, page_size):
    users = TalentLMS(Domain(rule)).users.each(page_size=page_size)
    assert [user.user_id for user in users] == [1, 2, 3, 4, 5, 6, 7]


def test_an_empty_domain_costs_one_call():
    domain = Domain(lambda _size, _number: [])
    assert list(TalentLMS(domain).users.each()) == []
    assert domain.calls == 1
