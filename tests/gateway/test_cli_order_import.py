"""``talentlms-gateway orders import``."""

import json

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.database.order_queue import OrderQueue
from gateway.database.upgrade import opened
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.storefronts import bodies
from tests.gateway.test_factory import clean_environment

SHOPS = """
[[storefronts]]
name = "shop"
kind = "woocommerce"
[[storefronts]]
name = "own"
kind = "standard"
test_orders = true
"""


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def command(url, tmp_path):
    config = tmp_path / "gateway.toml"
    config.write_text(SHOPS, encoding="utf-8")

    def called(*arguments, content=None, **changes):
        environment = clean_environment(**{"GATEWAY_DATABASE_URL": url, "GATEWAY_CONFIG": str(config), **changes})
        done = CliRunner().invoke(main, ["orders", "import", *arguments], env=environment, input=content)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done

    return called


@pytest.fixture
def due(url):
    return lambda: sorted(claim.order_id for claim in OrderQueue(opened(Secret(url))).claim(99))


def listing(*changes):
    return [bodies.woocommerce(id=number, **one) for number, one in enumerate(changes, 701)]


MIXED = [*listing({}, {"status": "pending"}, {"date_modified_gmt": "x"}, {"status": "refunded"}), 7]


def test_the_orders_of_a_file_are_taken_once(command, due, tmp_path):
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(listing({}, {}), indent=2), encoding="utf-8")
    done = command(str(file), "--storefront", "shop")
    assert (done.exit_code, done.output) == (0, "2 taken, 0 already known, 0 ignored, 0 refused\n")
    assert due() == ["701", "702"]
    again = command(str(file), "--storefront", "shop")
    assert (again.exit_code, again.output) == (0, "0 taken, 2 already known, 0 ignored, 0 refused\n")
    assert due() == []


def test_what_is_refused_is_named_with_its_position_and_the_others_go_on(command, due):
    done = command("-", "--storefront", "shop", content=json.dumps(MIXED))
    assert done.exit_code == 1
    assert done.stdout == "2 taken, 0 already known, 1 ignored (1 unpaid), 2 refused\n"
    assert done.stderr.splitlines() == [
        "record 3 (703): date_modified_gmt is missing or is no time",
        "record 5: it is not a JSON object",
    ]
    assert due() == ["701", "704"]


def test_json_lines_are_read_from_standard_input(command, due):
    lines = [bodies.standard(id="A-1", test=True), bodies.standard(id="A-2"), {"type": "other"}]
    done = command("-", "--storefront", "own", content="\n".join(map(json.dumps, lines)))
    assert done.output == "2 taken, 0 already known, 1 ignored (1 about no order), 0 refused\n"
    assert due() == ["A-1", "A-2"]


def test_a_dry_run_takes_nothing(command, due):
    done = command("-", "--storefront", "shop", "--dry-run", content=json.dumps(MIXED))
    assert done.exit_code == 1
    assert done.stdout == "2 would be taken, 0 already known, 1 ignored (1 unpaid), 2 refused\n"
    assert due() == []


def test_as_json_it_is_told_to_programs(command):
    done = command("-", "--storefront", "shop", "--json", content=json.dumps(MIXED))
    assert json.loads(done.stdout) == {
        "dry_run": False,
        "taken": 2,
        "known": 0,
        "ignored": {"unpaid": 1, "test": 0, "other": 0},
        "refused": [
            {"position": 3, "id": "703", "reason": "date_modified_gmt is missing or is no time"},
            {"position": 5, "id": "", "reason": "it is not a JSON object"},
        ],
    }


def test_a_storefront_that_is_not_there_is_a_failure(command):
    done = command("-", "--storefront", "gone", content="[]")
    assert (done.exit_code, done.output) == (1, "No storefront is called 'gone'. There are: shop, own.\n")


def test_a_file_that_is_not_there_and_a_missing_storefront_are_failures(command):
    assert command("/gone.json", "--storefront", "shop").exit_code == 2
    assert command("-").exit_code == 2


def test_while_the_database_is_away_nothing_is_said_to_be_taken(command):
    gone = "postgresql://gateway@127.0.0.1:1/gateway"
    done = command("-", "--storefront", "shop", content=json.dumps(MIXED), GATEWAY_DATABASE_URL=gone)
    assert done.exit_code == 1
    assert done.output.startswith("The database cannot be used: ")
    assert "taken" not in done.output
