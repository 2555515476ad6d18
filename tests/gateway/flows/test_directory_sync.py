"""A provisioner that tells of everybody anew, though few have changed: only these cost calls of TalentLMS.

``SYNC_PEOPLE`` says how many people there are, 20 if left out; one in fifty changes, two at least.
"""

import os

import pytest
from sqlalchemy import func, select

from gateway.database.tables import ASSIGNED_PEOPLE
from tests.gateway.flows.assignments import rule
from tests.gateway.flows.pushed import Pushed, resource

PEOPLE = int(os.environ.get("SYNC_PEOPLE", "20"))
CHANGED = max(2, PEOPLE // 50)
TOGETHER = 100
"""Members of one PATCH, as Entra sends them."""
STAFF, SALES = rule("Staff", courses=[12]), rule("Sales", courses=[34])


class Provisioner:
    """One that tells of a whole company, person by person, each looked up first."""

    def __init__(self, pushed):
        self.pushed = pushed
        self.sent = {f"user{number}": resource(f"user{number}") for number in range(PEOPLE)}
        self.ids = {}
        self.groups = {"Staff": list(self.sent), "Sales": []}
        self.group_ids = {}

    def begins(self):
        """Tell of everybody, and of both groups, for the first time."""
        self.ids = {name: self.pushed.directory.create("acme", body)["id"] for name, body in self.sent.items()}
        self.group_ids = {name: self.pushed.pushes_group(name) for name in self.groups}
        self.joins()

    def replaces(self):
        """Tell of everybody as Okta does: find by user name, replace."""
        for name, body in self.sent.items():
            found = self.found(f'userName eq "{body["userName"]}"')
            assert found["id"] == self.ids[name]
            self.pushed.directory.replace("acme", found["id"], {**found, **body})

    def patches(self):
        """Tell of everybody as Entra does when it begins anew: find by external id, patch every attribute."""
        for body in self.sent.values():
            found = self.found(f'externalId eq "{body["externalId"]}"')
            operations = [
                {"op": "Replace", "path": "active", "value": str(body["active"])},
                {"op": "Replace", "path": 'emails[type eq "work"].value', "value": body["emails"][0]["value"]},
                {"op": "Replace", "path": "name.givenName", "value": body["name"]["givenName"]},
                {"op": "Replace", "path": "name.familyName", "value": body["name"]["familyName"]},
            ]
            self.pushed.directory.patch("acme", found["id"], {"Operations": operations})

    def joins(self):
        """Tell of every member of both groups, a part at a time."""
        for name, members in self.groups.items():
            for start in range(0, len(members), TOGETHER):
                listed = [{"value": self.ids[one]} for one in members[start : start + TOGETHER]]
                change = {"op": "Add", "path": "members", "value": listed}
                self.pushed.groups.patch("acme", self.group_ids[name], {"Operations": [change]})

    def found(self, text):
        """Return the one whom a filter finds."""
        (one,) = self.pushed.directory.search("acme", {"filter": text})["Resources"]
        return one

    def renames(self, *names):
        """Have people marry."""
        for name in names:
            self.sent[name] = self.sent[name] | {"name": {"givenName": name.title(), "familyName": "Post"}}


@pytest.fixture
def pushed(lms, store, database):
    pushed = Pushed(lms, store, database)
    pushed.sets(STAFF, SALES)
    return pushed


@pytest.fixture
def due(database):
    """Return how many people are due."""

    def count():
        with database.reading() as connection:
            wanted = select(func.count()).select_from(ASSIGNED_PEOPLE).where(ASSIGNED_PEOPLE.c.due_at.is_not(None))
            return connection.execute(wanted).scalar_one()

    return count


@pytest.mark.timeout(120 + PEOPLE // 2)
@pytest.mark.parametrize("way", [Provisioner.replaces, Provisioner.patches])
def test_of_many_who_are_told_of_again_only_those_who_changed_cost_calls(pushed, asked, due, way):
    provisioner = Provisioner(pushed)
    provisioner.begins()
    assert due() == PEOPLE
    assert set(pushed.works()) == {"done"}
    asked()

    def synchronised():
        way(provisioner)
        provisioner.joins()
        number = due()
        pushed.works()
        return number, asked()

    assert synchronised() == (0, [])
    names = iter(provisioner.sent)
    provisioner.renames(next(names))
    renamed = synchronised()
    provisioner.groups["Sales"] = [next(names)]
    joined = synchronised()
    assert (renamed, joined) == ((1, ["edituser"]), (1, ["addusertocourse"]))
    changed = [next(names) for _ in range(CHANGED)]
    half = len(changed) // 2
    provisioner.renames(*changed[:half])
    provisioner.groups["Sales"] += changed[half:]
    number, calls = synchronised()
    assert (number, sorted(calls)) == (CHANGED, ["addusertocourse"] * (CHANGED - half) + ["edituser"] * half)
    assert synchronised() == (0, [])
