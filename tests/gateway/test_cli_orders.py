"""``talentlms-gateway orders``."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.database.entitlements import Entitlement, Entitlements
from gateway.database.order_queue import OrderQueue
from gateway.database.upgrade import opened
from schemas.order import Customer
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.database.orders import KIM, line, order, orders_of, refunded, told
from tests.gateway.test_factory import clean_environment

EVIL = Customer("evil@example.com", "", "\x1b[31mEvil", "")


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def database(url):
    return opened(Secret(url))


@pytest.fixture
def command(url):
    def called(*arguments):
        environment = clean_environment(GATEWAY_DATABASE_URL=url)
        done = CliRunner().invoke(main, ["orders", *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        said = [line for line in done.output.splitlines(keepends=True) if not line.startswith('{"time"')]  # no log
        return done.exit_code, "".join(said)

    return called


@pytest.fixture
def dead(database):
    """An order that waits for a person."""
    orders, queue = orders_of(database), OrderQueue(database)
    orders.receive("shop", told(order(1, "paid", line(1), line(2, "T-SHIRT"))))
    ledger = Entitlements(database)
    given = Entitlement(
        "shop", "1001", "l1", 1, "course", 12, person=KIM.identity("shop").key, user_id=7, state="given"
    )
    ledger.called(given, "enrol user 7 in course 12", "success")
    (claim,) = queue.claim()
    queue.finish(claim, "dead", "unknown-sku", "No product with this SKU. (T-SHIRT)")


def test_a_list_says_how_it_stands_with_each_order_and_why(command, dead):
    code, output = command("list")
    assert code == 0
    assert [row.split()[:2] for row in output.splitlines()] == [["STOREFRONT", "ORDER"], ["shop", "1001"]]
    assert "unknown-sku: No product with this SKU. (T-SHIRT)" in output
    assert command("list", "--state", "review") == (0, "no such order\n")


def test_a_list_as_json_has_times_that_programs_read(command, dead):
    _, output = command("list", "--state", "dead", "--json")
    (one,) = json.loads(output)
    assert (one["storefront"], one["id"], one["state"], one["due_at"], one["email"]) == (
        "shop", "1001", "dead", None, KIM.email,
    )  # fmt: skip
    assert one["received_at"].endswith("Z")


def test_show_tells_events_lines_entitlements_and_calls(command, dead):
    code, output = command("show", "shop", "1001", "--json")
    assert code == 0
    data = json.loads(output)
    assert [one["topic"] for one in data["events"]] == ["order.updated"]
    assert [one["sku"] for one in data["lines"]] == ["SKU-INTRO", "T-SHIRT"]
    assert [(one["user_id"], one["target"], one["state"]) for one in data["entitlements"]] == [(7, 12, "given")]
    assert [(one["call"], one["outcome"], one["times"]) for one in data["calls"]] == [
        ("enrol user 7 in course 12", "success", 1)
    ]
    _, text = command("show", "shop", "1001")
    for told_of in ("T-SHIRT", "enrol user 7 in course 12", "unknown-sku", "order.updated"):
        assert told_of in text


def test_an_order_that_is_not_there_is_a_failure(command, dead):
    for arguments in (
        ("show", "shop", "9"),
        ("retry", "shop", "9"),
        ("retry", "other", "--dead"),
        ("forget", "no@one"),
    ):
        code, output = command(*arguments)
        assert code == 1
        assert output.count("\n") == 1


@pytest.mark.parametrize("which", ["1001", "--dead"])
def test_a_retried_order_is_due_at_once(command, dead, database, which):
    assert command("retry", "shop", which) == (0, "1 order will be looked at in a moment\n")
    assert [claim.order_id for claim in OrderQueue(database).claim(9)] == ["1001"]


def test_retry_wants_an_order_or_all_that_are_dead(command, dead):
    assert command("retry", "shop")[0] == 1
    assert command("retry", "shop", "1001", "--dead")[0] == 1


def test_a_person_is_erased(command, dead):
    assert command("forget", KIM.email) == (0, "erased from 1 order\n")
    assert KIM.email not in command("show", "shop", "1001")[1]


def test_what_strangers_wrote_does_not_steer_the_terminal(command, database):
    orders_of(database).receive("shop", told(order(1, "paid", line(1, "\x1b[31mSKU"), customer=EVIL)))
    assert "\x1b" not in command("show", "shop", "1001")[1] + command("list")[1]


def test_refunds_of_no_order_are_listed_with_what_to_do(command, database, dead):
    assert command("unmatched") == (0, "no such refund\n")
    orders = orders_of(database)
    orders.receive("shop", refunded("dp_1", "pi_1"))
    orders.receive("shop", refunded("r2", "1001"))
    code, output = command("unmatched", "--storefront", "shop")
    head, row, *advice = output.splitlines()
    assert (code, head.split()) == (0, ["STOREFRONT", "REFUND", "OF", "RECEIVED", "GIVEN", "BACK"])
    assert row.split()[:3] == ["shop", "dp_1", "pi_1"]
    assert row.endswith("all of it")
    assert "Look the payment up at the shop" in " ".join(advice)
    (listed,) = json.loads(command("unmatched", "--json")[1])
    assert (listed["id"], listed["payment"], listed["is_whole"]) == ("dp_1", "pi_1", True)
    assert command("unmatched", "--storefront", "other") == (0, "no such refund\n")
