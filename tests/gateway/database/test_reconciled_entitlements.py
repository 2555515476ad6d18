from dataclasses import replace

import pytest

from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.order_queue import OrderQueue
from gateway.database.reconciled_entitlements import ReconciledEntitlements
from tests.gateway.database.orders import KIM, erased_of, order, orders_of, told
from tests.gateway.threads import at_once

GIVEN = Entitlement(
    "shop", "1001", "l1", 1, "course", 12, person="kim", user_id=7, state="given", tried_at=100, ours=True
)


@pytest.fixture
def records(database):
    return ReconciledEntitlements(database)


@pytest.fixture
def entitlements(database):
    return Entitlements(database)


@pytest.fixture
def told_of(database):
    """Tell of an order, and have it looked at."""

    def one(number, state="done", storefront="shop", note="", **more):
        orders_of(database).receive(storefront, told(order(1, number=number, **more)))
        queue = OrderQueue(database)
        if state != "waiting":
            queue.finish(queue.claim_one(storefront, number), state, "code" if note else "", note)

    return one


def found(records, user_id=7, *, with_ended=True):
    return [one.entitlement for one in records.of_account("shop", user_id, with_ended=with_ended)]


def test_what_was_given_is_compared_account_by_account(records, entitlements, told_of):
    told_of("1001")
    told_of("1002")
    second = replace(GIVEN, order_id="1002", line_id="l2", target=34)
    group = replace(GIVEN, order_id="1002", kind="group", target=5, group_key="TEAM-9")
    entitlements.put(GIVEN, second, group, replace(GIVEN, seat=2, user_id=3, person="mia"))
    assert records.accounts("shop", with_ended=True) == [3, 7]
    assert records.accounts("other", with_ended=True) == []
    assert [(one.order_id, one.call) for one in found(records)] == [
        ("1001", "course 12"), ("1002", "group 5"), ("1002", "course 34"),
    ]  # fmt: skip
    (one,) = records.of_account("shop", 3, with_ended=True)
    assert (one.status, one.email, one.entitlement.seat) == ("paid", KIM.email, 2)


def test_what_has_ended_is_compared_only_where_that_is_asked_for(records, entitlements, told_of):
    told_of("1001")
    entitlements.put(replace(GIVEN, state="taken", ours=False))
    assert [one.state for one in found(records)] == ["taken"]
    assert (found(records, with_ended=False), records.accounts("shop", with_ended=False)) == ([], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "wanted"},
        {"state": "kept"},
        {"state": "review"},
        {"state": "dead"},
        {"user_id": 0},
        {"person": ""},
        {"state": "taken", "tried_at": 0},
        {"state": "taken", "kind": "group"},
    ],
)
def test_what_is_somebody_elses_to_look_at_is_left_out(records, entitlements, told_of, changes):
    told_of("1001")
    entitlements.put(replace(GIVEN, **changes))
    assert records.accounts("shop", with_ended=True) == []
    assert found(records, changes.get("user_id", 7)) == []


def test_so_is_what_belongs_to_an_order_that_is_due(records, entitlements, told_of):
    told_of("1001", "waiting")
    entitlements.put(GIVEN)
    assert records.accounts("shop", with_ended=True) == []


def test_so_are_people_who_were_erased(records, entitlements, told_of, database):
    told_of("1001")
    entitlements.put(replace(GIVEN, person=KIM.identity("shop").key))
    assert records.accounts("shop", with_ended=True) == [7]
    erased_of(database).erase(KIM.email)
    assert records.accounts("shop", with_ended=True) == []


def test_what_is_opened_again_is_written_and_its_order_due_and_newer(records, entitlements, told_of, database):
    told_of("1001")
    entitlements.put(GIVEN)
    revision = orders_of(database).snapshot("shop", "1001").revision
    (one,) = found(records)
    assert records.open_again(one, replace(one, state="wanted", ours=False))
    now = entitlements.now(one)
    assert (now.state, now.ours, now.tried_at, now.person) == ("wanted", False, 100, "kim")
    (claim,) = OrderQueue(database).claim(9)
    assert (claim.order_id, claim.revision) == ("1001", revision + 1)


@pytest.mark.parametrize("changes", [{"state": "taken"}, {"user_id": 8}])
def test_what_has_changed_since_it_was_read_is_not_opened_again(records, entitlements, told_of, database, changes):
    told_of("1001")
    entitlements.put(GIVEN)
    (one,) = found(records)
    entitlements.put(replace(one, **changes))
    assert not records.open_again(one, replace(one, state="wanted"))
    assert entitlements.now(one).state == changes.get("state", "given")
    assert OrderQueue(database).claim(9) == []


def test_of_many_that_open_the_same_again_one_does(records, entitlements, told_of):
    told_of("1001")
    entitlements.put(GIVEN)
    (one,) = found(records)
    assert sum(at_once(6, lambda _: int(records.open_again(one, replace(one, state="wanted"))))) == 1


def test_how_it_stands_with_orders_is_told_for_any_number_of_them(records, told_of):
    told_of("1001", "dead", note="why")
    told_of("1002", "waiting")
    names = [str(number) for number in range(1000, 2200)]
    assert records.notes("shop", names) == {"1001": ("dead", "why"), "1002": ("waiting", "")}
    assert records.notes("shop", []) == {}


def test_orders_that_are_not_done_are_counted(records, told_of):
    for number, state in enumerate(("done", "dead", "dead", "review", "waiting")):
        told_of(str(number), state)
    told_of("1", "dead", storefront="other")
    assert records.left_out("shop") == {"dead": 2, "review": 1, "waiting": 1}
