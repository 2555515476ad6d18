"""Several people and a greedy one at a shared budget: their afternoon, played by a clock that is set, and what has to hold."""

import heapq
from dataclasses import dataclass, field
from itertools import count
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.admission import PersonLimit
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from tests.gateway.store.clicks import LONGEST, PREFIX, click

GREEDY = "greedy"
SCARCE = PersonLimit(at_once=4, per_second=0.5, share=40)
AMPLE = PersonLimit(at_once=1000, per_second=1000, share=100)
PER_5_SECONDS, PER_HOUR = 3, 60
SHARE = 24
PLACES = 10
GRACE = 3
ROUNDING = 0.002


@dataclass(frozen=True)
class Served:
    """A click that had its call: whose, when, and by which ticket, the moment of first asking."""

    person: str
    ticket: float
    at: float


@dataclass
class Afternoon:
    """What happens at one budget.

    Attributes:
        per_5_seconds, per_hour, per_person: its limits.
        now: what its clock says, seconds.
        tickets: by person and path, when the click that waits there first asked.
        kept: until when they have a place in the queue.
        free: when each slot that was used becomes free.
        served: the calls, in order.
        most_places: how many places the greedy person ever had.
    """

    per_5_seconds: int
    per_hour: int
    per_person: PersonLimit
    now: float = 1_800_000_000.0
    tickets: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    free: list = field(default_factory=list)
    served: list = field(default_factory=list)
    most_places: int = 0

    def run(self, arrivals, seconds):
        """Let people come, and who has to wait come back when they are told; a greedy person comes a bit sooner."""
        with mock.patch("time.time", self._clock), mock.patch("time.monotonic", self._clock):
            self.store = connect(None)
            limits = (self.per_5_seconds, self.per_hour, LONGEST, self.per_person)
            self.budget = SharedBudget(self.store, "portal", *limits)
            numbers, moment, begin = count(), self.now, self.now
            events = []
            for pause, person, path in arrivals:
                moment += pause
                heapq.heappush(events, (moment, next(numbers), (person, str(path))))
            while events and events[0][0] < begin + seconds:
                self.now, _, place = heapq.heappop(events)
                back = self._ask(*place)
                if back is not None:
                    heapq.heappush(events, (self.now + back, next(numbers), place))
        return self

    def _clock(self):
        return self.now

    def _ask(self, person, path):
        """Let somebody ask; return after how many seconds they do so again, ``None`` where they had their call."""
        place = (person, path)
        ticket = self.tickets.get(place, self.now)
        answer = self.budget.admit(click(person, path))
        if answer.call:
            self._serve(place, ticket, answer.call)
            return None
        assert answer.wait > 0
        waits = self.store.ask("ZSCORE", PREFIX + "queue", f"{person}:{path}") is not None
        if waits:
            self.tickets[place] = ticket
        elif answer.by_person:
            self.tickets.pop(place, None)  # who is refused for their own limit gives up their place
        self.kept[place] = self.now + answer.back + GRACE if waits else 0
        self.most_places = max(self.most_places, self._places_of(GREEDY))
        return max(0.1, answer.back * 0.9) if person == GREEDY else answer.back + ROUNDING

    def _serve(self, place, ticket, call):
        self.free = [moment for moment in self.free if moment > self.now + ROUNDING]
        ahead = [
            other
            for other, first_asked in self.tickets.items()
            if other != place and first_asked < ticket - ROUNDING and self.kept[other] > self.now + ROUNDING
        ]
        assert len(ahead) < self.per_5_seconds - len(self.free), "a click that came before could go in this moment, too"
        self.budget.answered(call)
        self.budget.flush()
        self.free.append(self.now + 5)
        self.served.append(Served(place[0], ticket, self.now))
        self.tickets.pop(place, None)
        self.kept.pop(place, None)

    def _places_of(self, person):
        names = self.store.ask("ZRANGE", PREFIX + "queue", 0, -1)
        return sum(name.startswith(person.encode()) for name in names)


POLITE = st.tuples(st.floats(0.2, 6), st.sampled_from(["ann", "bob", "cid", "dan"]), st.integers(1, 3))
PUSHY = st.tuples(st.floats(0, 0.3), st.just(GREEDY), st.integers(1, 14))
ARRIVALS = st.lists(st.one_of(POLITE, PUSHY, PUSHY, PUSHY), min_size=5, max_size=60)


PLACE_GIVEN_UP_AND_TAKEN_ANEW = [
    (0.095, GREEDY, 1),
    (0.0, GREEDY, 1),
    (0.0, GREEDY, 1),
    (0.0, GREEDY, 3),
    (0.0, GREEDY, 4),
    (0.25, GREEDY, 1),
    (0.5, "ann", 1),
    (0.0, GREEDY, 2),
    (4.0, "ann", 2),
    (0.5, "ann", 1),
    (0.0, GREEDY, 2),
    (0.5, "bob", 1),
]


@pytest.mark.statement(66)
@example(PLACE_GIVEN_UP_AND_TAKEN_ANEW)
@settings(max_examples=40, deadline=None)
@given(ARRIVALS)
def test_whatever_a_greedy_person_does_all_limits_hold_and_nobody_is_overtaken(arrivals):
    events = Afternoon(PER_5_SECONDS, PER_HOUR, SCARCE).run(arrivals, seconds=240)

    for person in {one.person for one in events.served}:
        moments = [one.at for one in events.served if one.person == person]
        for first, begin in enumerate(moments):
            for number, end in enumerate(moments[first:], start=1):
                assert number <= SCARCE.at_once + (end - begin + ROUNDING) * SCARCE.per_second
        assert len(moments) <= SHARE
    calls = [one.at for one in events.served]
    pairs = zip(calls, calls[PER_5_SECONDS:], strict=False)
    assert all(later - sooner >= 5 - ROUNDING for sooner, later in pairs)
    assert len(calls) <= PER_HOUR
    assert events.most_places <= PLACES


@settings(max_examples=40, deadline=None)
@given(ARRIVALS)
def test_nobody_waits_for_the_later_clicks_of_a_greedy_person(arrivals):
    """With one call in five seconds there is no slot to spare: the order of service is that of first asking."""
    events = Afternoon(1, 0, AMPLE).run(arrivals, seconds=400)

    for one in events.served:
        if one.person != GREEDY:
            meanwhile = [other for other in events.served if one.ticket < other.at < one.at]
            assert all(other.ticket <= one.ticket + ROUNDING for other in meanwhile)


def test_a_greedy_person_keeps_a_newcomer_waiting_for_ten_calls_at_most():
    greedy = [(0.05, GREEDY, path) for path in range(100)]
    newcomer = [(1.0, "ann", 12)]
    events = Afternoon(1, 0, AMPLE).run(greedy + newcomer, seconds=100)

    order = [one.person for one in events.served]
    assert order.index("ann") <= PLACES + 1, "the first of all had its call at once, ten had places"
    assert len(order) > PLACES + 5, "and the greedy person goes on"
