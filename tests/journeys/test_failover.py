"""The Redis that takes commands is lost while people click, and another one takes over: nobody gets a wrong answer.

``make soak`` shows of each loss when another one had taken over, and how long the longest click took meanwhile.
"""

import os
import sys
import threading
import time

import pytest

from tests.gateway.store.redis_groups import GROUPS
from tests.journeys.gateway_process import gateway_at
from tests.patience import wait_until

ROUNDS = int(os.environ.get("FAILOVER_ROUNDS", "1"))
PEOPLE = 4
MORE = 5
"""How often everybody clicks before a loss, and after somebody has taken over."""


@pytest.fixture(params=GROUPS)
def group(request, tmp_path):
    begun = GROUPS[request.param](tmp_path)
    try:
        yield begun.start()
    finally:
        begun.stop()


@pytest.fixture
def failing_over(tmp_path, addresses, portal, provider, group):
    gateway = gateway_at(addresses["failing-over"], tmp_path, portal, provider, group.url.reveal())
    try:
        yield gateway.start()
    finally:
        gateway.end()


class Clicking(threading.Thread):
    """Somebody who clicks again and again, and goes wherever that leads.

    Attributes:
        outcomes: of each click, the status of the gateway's answer, and whether the person came to their own training.
        longest: seconds until the gateway answered the slowest click.
    """

    def __init__(self, visitor, person):
        super().__init__(daemon=True)
        self._visitor, self.person = visitor, person
        self.outcomes = []
        self.longest = 0.0
        self._ended = threading.Event()

    def run(self):
        while not self._ended.wait(0.05):
            began = time.monotonic()
            answer = self._visitor.ask("/go/course/12")
            self.longest = max(self.longest, time.monotonic() - began)
            arrived = self._visitor.follow(answer)
            self.outcomes.append((answer.status_code, self.person.name in arrived.text))

    def end(self):
        self._ended.set()
        self.join()


def all_click(people):
    before = [len(one.outcomes) for one in people]
    wait_until(
        lambda: all(len(one.outcomes) >= many + MORE for one, many in zip(people, before, strict=True)),
        what="all click",
    )


@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_clicks_go_on_while_another_redis_takes_over(failing_over, group, portal, visit, newcomers):
    people = []
    for person in [newcomers() for _ in range(PEOPLE)]:
        visitor = visit(failing_over.url, person.login)
        assert person.name in visitor.go("/go/course/12").text
        people.append(Clicking(visitor, person))
    for one in people:
        one.start()

    for number in range(ROUNDS):
        all_click(people)
        for one in people:
            one.longest = 0.0
        lost_at = time.monotonic()
        (group.hang if number % 2 else group.lose)()
        wait_until(group.has_taken_over, what="somebody takes over")
        seconds = time.monotonic() - lost_at
        all_click(people)
        sys.stdout.write(
            f"taken over after {seconds:.2f} s; longest click {max(one.longest for one in people):.2f} s\n"
        )
        if number + 1 < ROUNDS:
            group.restore()
    for one in people:
        one.end()

    assert {outcome for one in people for outcome in one.outcomes} == {(302, True)}
    assert {len(portal.users(f"{one.person.login}@acme.example")) for one in people} == {1}
