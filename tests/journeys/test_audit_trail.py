"""An operator asks the command line what somebody did, and takes them out of the audit trail."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.called import called
from tests.journeys.test_orders import shopping, told  # noqa: F401
from tests.journeys.visitor import reference, title
from tests.patience import wait_until


@pytest.fixture(autouse=True)
def command_in_this_process(own_log_handlers):
    """Undo what the command makes of the log."""


def audit(gateway, *arguments):
    """Call the command with the gateway's own settings; returns what it writes."""
    done = called(["audit", *arguments], gateway.settings)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def audit_by_the_program(gateway, *arguments):
    """Run the command as a program, as an operator does; returns what it writes."""
    command = [str(Path(sys.executable).with_name("talentlms-gateway")), "audit", *arguments]
    done = subprocess.run(command, env=gateway.settings, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def entries(gateway, *arguments):
    return [
        (one["event"], one["outcome"], one["facts"].get("step", ""), one["origin"])
        for one in json.loads(audit(gateway, *arguments, "--json"))
    ]


def test_a_sign_in_an_order_and_a_sign_out_are_found_by_the_address_and_erased(shopping, visit, newcomer):  # noqa: F811
    shopping.start()
    visitor = visit(shopping.url, newcomer.login)
    assert newcomer.name in visitor.go("/go/course/1").text
    assert told(shopping, "1001", newcomer.email) == 200
    ordered = ("entitlement", "success", "given", "shop")
    wait_until(lambda: ordered in entries(shopping, "--person", newcomer.email))
    visitor.sign_out()

    found = entries(shopping, "--person", newcomer.email)[::-1]
    assert [one for one in found if one[3] != "shop"] == [
        ("sign_in", "success", "", "default"),
        ("provisioning", "success", "signed_up", "default"),
        ("enrolment", "success", "", ""),
        ("sign_out", "success", "", "default"),
    ]
    events = {(event["event"], event["reference"]) for event in shopping.events() if event.get("audit")}
    in_table = {(one["event"], one["reference"]) for one in json.loads(audit_by_the_program(shopping, "--json"))}
    assert in_table == {one for one in events if one[0] != "launch"}

    number = len(found)
    assert audit_by_the_program(shopping, "forget", newcomer.email) == f"erased from {number} entries\n"
    assert entries(shopping, "--person", newcomer.email) == []
    assert len(entries(shopping)) == len(in_table) + 1


def test_whoever_is_refused_is_found_by_the_code_of_their_page(practising_gateway, visit):
    page = visit(practising_gateway.url, "ada.admin").go("/go/course/12")
    assert (page.status_code, title(page)) == (403, "This account cannot be opened here")

    (refused,) = json.loads(audit(practising_gateway, "--person", reference(page), "--json"))
    assert (refused["event"], refused["outcome"], refused["reason"], refused["user_id"] > 0) == (
        "provisioning", "refused", "account-not-a-learner", True,
    )  # fmt: skip
    assert refused["note"]
    story = entries(practising_gateway, "--person", refused["person"])
    assert ("sign_in", "success", "", "default") in story
