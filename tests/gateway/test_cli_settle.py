"""``talentlms-gateway orders settle``."""

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.config import load
from gateway.services import Services
from gateway.store.connection import connect
from gateway.worker.order_worker import worker_of
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.database.orders import line, order, refunded, told
from tests.gateway.test_factory import clean_environment

SHOP = """
[[storefronts]]
name = "shop"
kind = "standard"
on_refund = "review"
[storefronts.products]
"SKU-INTRO" = { course = 12 }
"""


@pytest.fixture
def environment(portal, redis_server, tmp_path, own_log_handlers):
    connect(redis_server.url).ask("FLUSHALL")
    config = tmp_path / "gateway.toml"
    config.write_text(SHOP, encoding="utf-8")
    return clean_environment(
        GATEWAY_DATABASE_URL=new_database(tmp_path),
        GATEWAY_REDIS_URL=redis_server.url.reveal(),
        GATEWAY_CONFIG=str(config),
        TALENTLMS_URL=portal.url,
        TALENTLMS_API_KEY=API_KEY,
        TALENTLMS_CALLS_PER_HOUR="0",  # an earlier test's budget may write to the emptied Redis: nobody could call for a while
        TALENTLMS_CALLS_PER_5_SECONDS="0",
        TALENTLMS_CALLS_PER_PERSON="off",
    )


@pytest.fixture
def services(environment):
    """A gateway with an order whose refund waits for a person."""
    made = Services(load(environment))
    for event in (told(order(1, "paid", line(1))), refunded()):
        made.orders.receive("shop", event)
        worker_of(made).work_off()
    return made


@pytest.fixture
def command(environment):
    def called(*arguments):
        done = CliRunner().invoke(main, ["orders", "settle", *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return called


@pytest.mark.parametrize(("decision", "state"), [("--keep", "kept"), ("--unenroll", "taken")])
def test_an_operator_settles_an_order_once_and_it_is_in_the_audit_trail(command, services, decision, state):
    done = command("shop", "1001", decision)
    assert (done.exit_code, done.stdout) == (0, "1 settled; the order is done\n")
    assert [one.state for one in services.entitlements.of_order("shop", "1001")] == [state]
    done = command("shop", "1001", decision)
    assert (done.exit_code, "waits because of a refund" in done.output) == (1, True)
    (entry,) = [one for one in services.audit_trail.listed() if one.event == "settlement"]
    expected = {"order": "1001", "decision": decision.removeprefix("--"), "entitlements": 1}
    assert (entry.origin, entry.facts) == ("shop", expected)


def test_a_decision_has_to_be_said(command, services):
    assert command("shop", "1001").output == "Say --keep or --unenroll.\n"
    assert [one.state for one in services.entitlements.of_order("shop", "1001")] == ["review"]


def test_while_a_worker_has_the_order_it_is_said_so(command, services):
    services.order_queue.claim_any("shop", "1001")
    done = command("shop", "1001", "--keep")
    assert (done.exit_code, done.output) == (1, "The order is just being looked at. Repeat it in a moment.\n")
