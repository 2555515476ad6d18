"""``talentlms-gateway audit``."""

import json
import time
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.database.account_links import AccountLinks
from gateway.database.audit_trail import AuditTrail
from gateway.database.upgrade import opened
from gateway.flows.password_sign_in import person_of
from schemas.audit_entry import AuditEntry
from schemas.identity import person_key
from schemas.learner import AccountLink
from schemas.order import Customer
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.database.orders import line, order, orders_of, told
from tests.gateway.test_factory import clean_environment

DAY = 24 * 3600
NOW = int(time.time()) // DAY * DAY - DAY // 2
"""Noon of yesterday, UTC: a minute later it is the same day."""
ISSUER = "https://id.acme.example"
KIM = AccountLink(ISSUER, "kim-1", 7, "kim.lee", email="kim@acme.example")
ROBIN = person_key(ISSUER, "robin-1")
GUEST = Customer("kim@acme.example")
BUYER = Customer("buyer@acme.example", "c-77")
SHOP = '[[storefronts]]\nname = "shop"\nkind = "standard"\nwebhook_secrets = ["c2VjcmV0LW9mLXRoZS1zaG9wLXNlY3JldA=="]\n'


def entry(days, event, **values):
    return AuditEntry(**{"at": NOW - days * DAY, "event": event, "outcome": "success", **values})


ENTRIES = [
    entry(9, "sign_in", reference="0000-0001", person=KIM.person, origin="acme", client="203.0.113.7"),
    entry(8, "provisioning", reference="0000-0002", person=KIM.person, user_id=7, facts={"step": "adopted"}),
    entry(7, "sign_in", reference="0000-0003", person=ROBIN, origin="acme"),
    entry(6, "entitlement", person=GUEST.identity("shop").key, user_id=8, origin="shop", facts={"order": "1001"}),
    entry(5, "entitlement", person="c" * 32, user_id=7, origin="shop", facts={"order": "1002"}),
    entry(4, "password_sign_in", outcome="refused", reason="wrong", person=person_of("Kim.Lee")),
    entry(3, "sign_in", outcome="refused", reason="sign-in-denied", note="\x1b[31mno", origin="acme"),
    entry(2, "entitlement", person=BUYER.identity("shop").key, user_id=9, origin="shop"),
]


@pytest.fixture
def url(tmp_path):
    return new_database(tmp_path)


@pytest.fixture
def database(url):
    made = opened(Secret(url))
    AccountLinks(made).claim(KIM)
    for one in ENTRIES:
        AuditTrail(made).add(one)
    return made


@pytest.fixture
def command(url, database, tmp_path):
    file = tmp_path / "gateway.toml"
    file.write_text(SHOP)

    def called(*arguments, group="audit"):
        environment = clean_environment(GATEWAY_DATABASE_URL=url, GATEWAY_CONFIG=str(file))
        done = CliRunner().invoke(main, [*group.split(), *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output

    return called


def days_of(output):
    """Return how many days ago each entry was."""
    times = [datetime.strptime(one["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) for one in json.loads(output)]
    return [round((NOW - moment.timestamp()) / DAY) for moment in times]


def test_a_list_has_the_newest_first_and_nothing_in_it_steers_the_terminal(command):
    code, output = command()
    assert code == 0
    head, *rows = output.splitlines()
    assert head.split() == ["TIME", "WHAT", "OUTCOME", "WHY", "PERSON", "USER", "BY", "REFERENCE", "FACTS"]
    assert [row.split()[1] for row in rows] == [one.event for one in reversed(ENTRIES)]
    assert "\x1b" not in output
    assert "sign-in-denied: ?[31mno" in output


def test_json_has_everything_and_times_that_programs_read(command):
    code, output = command("--person", "0000-0002", "--json")
    assert code == 0
    (one,) = json.loads(output)
    assert one == {
        "at": datetime.fromtimestamp(NOW - 8 * DAY, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "event": "provisioning",
        "outcome": "success",
        "reason": "",
        "reference": "0000-0002",
        "person": KIM.person,
        "user_id": 7,
        "origin": "",
        "client": "",
        "note": "",
        "facts": {"step": "adopted"},
    }


@pytest.mark.parametrize(
    ("person", "days"),
    [
        ("kim@acme.example", [5, 6, 8, 9]),
        ("Kim@Acme.Example", [5, 6, 8, 9]),
        ("kim.lee", [4, 5, 8, 9]),
        ("kim-1", [5, 8, 9]),
        (KIM.person, [5, 8, 9]),
        ("7", [5, 8, 9]),
        (ROBIN, [7]),
        ("8", [6]),
        ("0000-0003", [7]),
        ("0000-000b", []),
        ("nobody@acme.example", []),
        ("buyer@acme.example", []),
    ],
)
def test_a_person_is_found_by_whatever_is_known_of_them(command, person, days):
    code, output = command("--person", person, "--json")
    assert (code, days_of(output)) == (0, days)


def test_a_customer_is_found_by_the_address_of_their_orders(command, database):
    bought = order(1, "paid", line(1), customer=BUYER)
    orders_of(database).receive("shop", told(bought))
    assert days_of(command("--person", "Buyer@acme.example", "--json")[1]) == [2]


def test_conditions_add_up(command):
    def day(ago):
        return datetime.fromtimestamp(NOW - ago * DAY, UTC).isoformat()

    assert days_of(command("--since", day(5), "--json")[1]) == [2, 3, 4, 5]
    assert days_of(command("--since", day(5), "--until", day(3), "--json")[1]) == [4, 5]
    assert days_of(command("--outcome", "refused", "--json")[1]) == [3, 4]
    assert days_of(command("--person", "7", "--until", day(6), "--limit", "1", "--json")[1]) == [8]
    assert command("--person", "7", "--outcome", "refused") == (0, "no such entry\n")


@pytest.mark.parametrize(
    ("written", "days"), [("{:%Y-%m-%d}", [2, 3, 4]), ("{:%Y-%m-%dT%H:%M:%SZ}", [2, 3]), ("{:%Y-%m-%d %H:%M}", [2, 3])]
)
def test_a_time_is_utc_unless_it_says_otherwise(command, written, days):
    after = datetime.fromtimestamp(NOW - 4 * DAY + 60, UTC)
    assert days_of(command("--since", written.format(after), "--json")[1]) == days


@pytest.mark.parametrize("time_", ["yesterday", "", "23.11.2026", "²"])
def test_a_time_that_is_none_is_told_so(command, time_):
    code, output = command("--since", time_)
    assert code == 2
    assert "write a date or a time, such as 2026-11-23" in output


# --- a person is taken out -------------------------------------------------------------------------------------------


def test_a_person_is_erased_and_that_is_an_entry(command):
    assert command("forget", "kim.lee") == (0, "erased from 4 entries\n")
    assert days_of(command("--person", "kim.lee", "--json")[1]) == []
    newest, *rest = json.loads(command("--json")[1])
    assert (newest["event"], newest["outcome"], newest["facts"]) == ("erasure", "success", {"entries": 4})
    assert len(rest) == len(ENTRIES)
    assert KIM.person not in str(rest)
    assert command("forget", ROBIN) == (0, "erased from 1 entry\n")


@pytest.mark.parametrize("person", ["nobody@acme.example", "", "0000-0001", "10"])
def test_whoever_is_in_no_entry_is_not_erased(command, person):
    code, output = command("forget", person)
    assert (code, output.count("\n")) == (1, 1)
    assert len(json.loads(command("--json")[1])) == len(ENTRIES)


# --- what operators do -----------------------------------------------------------------------------------------------


def newest(command):
    found = json.loads(command("--json")[1])
    assert len(found) == len(ENTRIES) + 1
    return found[0]


def test_links_of_a_provider_that_an_operator_forgets_are_an_entry(command):
    assert command("--issuer", ISSUER, group="account-links forget-all")[0] == 0
    one = newest(command)
    assert (one["event"], one["facts"]) == (
        "account_link", {"step": "unlinked", "linked_issuer": ISSUER, "accounts": 1},
    )  # fmt: skip
    assert command("--issuer", ISSUER, group="account-links forget-all")[0] == 1
    assert newest(command) == one


def test_a_person_whom_an_operator_erases_from_orders_is_an_entry_that_names_nobody(command, database):
    orders_of(database).receive("shop", told(order(1, "paid", line(1), customer=BUYER)))
    assert command(BUYER.email, group="orders forget")[0] == 0
    one = newest(command)
    assert (one["event"], one["person"], one["facts"]) == ("erasure", "", {"orders": 1})
    assert command(BUYER.email, group="orders forget")[0] == 1
    assert newest(command) == one
