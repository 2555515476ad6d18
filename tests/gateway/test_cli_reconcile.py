"""``talentlms-gateway reconcile``."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.config import load
from gateway.flows import reconciliation
from gateway.services import Services
from gateway.storefronts import listings
from gateway.storefronts.listings import Record
from gateway.worker.order_worker import worker_of
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.database.orders import KIM, line, order, told
from tests.gateway.storefronts import bodies
from tests.gateway.test_factory import clean_environment
from tests.patience import PATIENT_SECONDS

SHOPS = """
[[storefronts]]
name = "shop"
kind = "standard"
[storefronts.products]
"SKU-INTRO" = { course = 12 }
"SKU-LAW" = { course = 34 }
"""


@pytest.fixture
def environment(portal, tmp_path):
    config = tmp_path / "gateway.toml"
    config.write_text(SHOPS, encoding="utf-8")
    return clean_environment(
        GATEWAY_DATABASE_URL=new_database(tmp_path),
        GATEWAY_CONFIG=str(config),
        TALENTLMS_URL=portal.url,
        TALENTLMS_API_KEY=API_KEY,
    )


@pytest.fixture
def command(environment):
    def called(*arguments):
        done = CliRunner().invoke(main, ["reconcile", *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return called


@pytest.fixture
def services(environment):
    return Services(load(environment))


@pytest.fixture
def user_id(services):
    """Somebody whose order gave two courses and who is in one of them."""
    services.orders.receive("shop", told(order(1, "paid", line(1), line(2, "SKU-LAW"))))
    worker_of(services).work_off()
    user_id = services.entitlements.of_order("shop", "1001")[0].user_id
    services.talentlms.courses.remove_user(user_id, 34)
    return user_id


@pytest.fixture
def worker(services):
    running = worker_of(services)
    running.start()
    yield running
    running.stop(PATIENT_SECONDS)


def operations(portal):
    called = [call.operation for call in portal.control.calls() if call.operation != "ratelimit"]
    portal.control.clear_calls()
    return called


def courses(services, user_id):
    return {one.course_id for one in services.talentlms.users.by_id(user_id).courses}


def test_a_dry_run_shows_what_differs_and_only_reads(command, services, portal, user_id, worker):
    operations(portal)
    done = command("--storefront", "shop", "--dry-run")
    assert operations(portal) == ["users/id"]
    assert done.exit_code == 0
    head, row, summary = done.stdout.splitlines()
    assert head.split() == ["ORDER", "LINE", "PERSON", "WHAT", "DIFFERENCE", "NOTE"]
    assert row.split() == ["1001", "l2", KIM.email, "(user", f"{user_id})", "course", "34", "missing"]
    assert summary == "1 account looked up; 1 missing, 0 too much: nothing changed"
    assert done.stderr == "looking up 1 account, a call to TalentLMS each\n"
    assert services.entitlements.of_order("shop", "1001")[1].state == "given"
    assert courses(services, user_id) == {12}


def test_what_differs_is_mended_and_then_nothing_differs(command, services, portal, user_id, worker):
    operations(portal)
    done = command("--storefront", "shop")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        0,
        "1 account looked up; 1 missing, 0 too much: 1 mended, 0 not",
    )
    assert operations(portal).count("addusertocourse") == 1
    assert courses(services, user_id) == {12, 34}
    again = command("--storefront", "shop")
    assert (again.exit_code, again.stdout) == (0, "1 account looked up; nothing differs\n")


def test_what_could_not_be_mended_is_named_and_is_a_failure(command, services, user_id, worker):
    services.talentlms.courses.delete(34)
    done = command("--storefront", "shop")
    assert done.exit_code == 1
    assert "NOT MENDED BECAUSE" in done.stdout
    assert "The course of this product does not exist in TalentLMS" in done.stdout
    assert done.stdout.splitlines()[-2:] == [
        "1 account looked up; 1 missing, 0 too much: 0 mended, 1 not",
        "left out: 1 order, dead letters (orders list --state dead)",
    ]


def test_without_a_worker_it_says_that_nobody_has_looked(command, user_id, monkeypatch):
    monkeypatch.setattr(reconciliation, "WAIT_SECONDS", 0.0)
    done = command("--storefront", "shop")
    assert done.exit_code == 1
    assert "no worker has looked at its order yet" in done.stdout


def test_as_json_it_is_told_to_programs(command, user_id, worker):
    dry = json.loads(command("--storefront", "shop", "--json", "--dry-run").stdout)
    difference = {
        "order": "1001",
        "line": "l2",
        "seat": 1,
        "person": KIM.email,
        "user_id": user_id,
        "kind": "course",
        "target": 34,
        "difference": "missing",
        "is_mended": None,
        "note": "",
    }
    assert dry == {"dry_run": True, "accounts": 1, "differences": [difference], "left_out": {}}
    done = json.loads(command("--storefront", "shop", "--json").stdout)
    assert done["differences"] == [difference | {"is_mended": True}]


def test_a_storefront_that_is_not_there_is_a_failure(command):
    done = command("--storefront", "gone")
    assert (done.exit_code, done.output) == (1, "No storefront is called 'gone'. There are: shop.\n")


def test_of_two_that_have_found_the_same_one_mends_it(services, portal, user_id, worker):
    work, shop = services.reconciliation, services.storefronts["shop"]
    (first,), (second,) = (list(work.differences(shop, work.accounts(shop), lambda _: None)) for _ in range(2))
    operations(portal)
    assert [work.open_again(one) for one in (first, second)] == [True, False]
    assert work.wait(shop, ["1001"], 30) == set()
    assert operations(portal).count("addusertocourse") == 1


def test_after_a_night_an_import_enrols_and_then_nothing_differs(environment, command, services, portal):
    bought = [{"id": "1", "sku": "SKU-INTRO", "quantity": 1}]
    orders = [
        bodies.standard(id=f"A-{number}", lines=bought, customer={"email": f"new{number}@shop.example"})
        for number in range(3)
    ]
    services.orders.receive("shop", listings.told("standard", Record(1, orders[0])).event)
    worker_of(services).work_off()
    operations(portal)
    lines = "\n".join(map(json.dumps, orders))
    for taken, known in ((2, 1), (0, 3)):
        done = CliRunner().invoke(main, ["orders", "import", "-", "--storefront", "shop"], env=environment, input=lines)
        assert done.output == f"{taken} taken, {known} already known, 0 ignored, 0 refused\n"
        assert worker_of(services).work_off() == taken
    assert operations(portal) == ["users/email", "usersignup", "addusertocourse"] * 2
    assert command("--storefront", "shop").stdout == "3 accounts looked up; nothing differs\n"
    assert operations(portal) == ["users/id"] * 3
