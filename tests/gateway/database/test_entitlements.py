from dataclasses import replace

import pytest

from gateway.database import entitlements as module
from gateway.database.entitlements import Call, Entitlement, Entitlements

KIMS = Entitlement("shop", "1001", "l1", 1, "course", 12, person="k" * 32, user_id=7, tried_at=5, ours=True)


@pytest.fixture
def ledger(database, monkeypatch):
    monkeypatch.setattr(module.time, "time", lambda: 1_800_000_000.5)
    return Entitlements(database)


def test_an_entitlement_comes_back_as_it_was_written(ledger):
    group = replace(
        KIMS, seat=2, kind="group", target=3, group_key="KEY", state="dead", error="x", note="y", ours=False
    )
    ledger.put(KIMS, group)
    stamped = [replace(one, updated_at=1_800_000_000) for one in (KIMS, group)]
    assert list(ledger.of_order("shop", "1001")) == stamped
    assert list(ledger.of_order("other", "1001")) == []


def test_of_each_seat_and_target_there_is_one(ledger):
    for state in ("wanted", "given", "taken"):
        ledger.put(replace(KIMS, state=state))
    assert [one.state for one in ledger.of_order("shop", "1001")] == ["taken"]


def test_all_entitlements_of_an_account_to_a_course_are_found(ledger):
    other_order = replace(KIMS, order_id="1002", person="o" * 32)
    ledger.put(KIMS, other_order, replace(KIMS, line_id="l2", target=13), replace(KIMS, line_id="l3", user_id=8))
    ledger.put(replace(KIMS, line_id="l4", kind="group"))
    assert [one.order_id for one in ledger.of_target(7, "course", 12)] == ["1001", "1002"]


def test_entitlements_to_a_course_are_found_by_person_or_account(ledger):
    ledger.put(
        KIMS, replace(KIMS, order_id="1002", person="o" * 32, user_id=0), replace(KIMS, order_id="1003", user_id=9)
    )
    assert [one.order_id for one in ledger.of_course(["o" * 32], 0, 12)] == ["1002"]
    assert [one.order_id for one in ledger.of_course(["k" * 32], 0, 12)] == ["1001", "1003"]
    assert [one.order_id for one in ledger.of_course(["o" * 32], 7, 12)] == ["1001", "1002"]
    assert list(ledger.of_course([], 0, 12)) == []


def test_what_came_of_a_call_is_written_with_the_entitlement(ledger):
    ledger.called(replace(KIMS, state="wanted"), "enrol user 7 in course 12", "talentlms-unavailable")
    ledger.called(replace(KIMS, state="wanted"), "enrol user 7 in course 12", "talentlms-unavailable")
    ledger.called(replace(KIMS, state="given"), "enrol user 7 in course 12", "success")
    assert [one.state for one in ledger.of_order("shop", "1001")] == ["given"]
    assert list(ledger.calls_of("shop", "1001")) == [
        Call("enrol user 7 in course 12", outcome, times, 1_800_000_000)
        for outcome, times in (("success", 1), ("talentlms-unavailable", 2))
    ]
    ledger.note_call("shop", "1001", "users/email", "success")
    assert len(ledger.calls_of("shop", "1001")) == 3


@pytest.mark.parametrize(
    ("states", "is_refunded"),
    [((), False), (("taken",), True), (("taken", "given"), False), (("taken", "taken"), True), (("kept",), False)],
)
def test_a_course_is_refunded_once_nothing_entitles_to_it_any_more(ledger, states, is_refunded):
    ledger.put(*(replace(KIMS, seat=seat, state=state) for seat, state in enumerate(states, 1)))
    assert ledger.is_refunded([KIMS.person], 0, 12) == is_refunded
    assert not ledger.is_refunded([KIMS.person], 7, 13)
