"""A worker that is killed before or after any call, or any write, leaves TalentLMS where another one brings it too."""

from contextlib import contextmanager

from gateway.database.upgrade import opened
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.talentlms.client import TalentLMS
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.flows.assignments import rule
from tests.gateway.flows.pushed import Pushed
from tests.gateway.flows.scene import KIM
from tests.gateway.flows.test_interrupted_fulfilment import (
    Deadly,
    DeadlyTransport,
    Killed,
    assert_the_end_is_the_same,
)

RULES = (rule("Sales", courses=[12], branch="emea"), rule("Legal", "keep", courses=[34]))


class Interrupted:
    """A directory and its worker, which dies at a moment and is begun anew."""

    def __init__(self, portal, folder, deadly):
        portal.control.reset()
        transport = DeadlyTransport(portal.url, Secret(API_KEY), HttpClient())
        transport.deadly = deadly
        self._database = opened(Secret(new_database(folder)))
        self._portal = portal
        self._deadly = deadly
        self.pushed = Pushed(TalentLMS(transport), connect(None), self._database)
        self.pushed.sets(*RULES)
        self._whole = self._database.transaction

    @contextmanager
    def _mortal(self):
        with self._whole() as connection:
            yield connection
        self._deadly.here()

    def works(self):
        """Have the worker look at who is due, and another one where it died; return what TalentLMS has then."""
        self._deadly.begins()
        self._database.transaction = self._mortal
        try:
            self.pushed.works()
        except Killed:
            self._database.transaction = self._whole
            with self._database.transaction() as connection:  # its lease is over, and so is its lock
                connection.exec_driver_sql("UPDATE assigned_people SET lease = '', lease_until = 0")
            self.pushed.works()
        finally:
            self._database.transaction = self._whole
        return self._outcome()

    def _outcome(self):
        state = self._portal.control.state()
        found = [user for user in state["users"] if user["email"] == KIM.email]
        ids = [user["id"] for user in found]
        courses = sorted(one["course_id"] for one in state["enrolments"] if one["user_id"] in ids)
        branches = [one["name"] for one in state["branches"] if set(ids) & set(one["users"])]
        people = [(user["status"], user["first_name"]) for user in found]
        due = self.pushed.queue.next_at()
        return people, courses, branches, due, self.pushed.assignments.people.find(KIM.key).inactive_user_id in ids


def story(portal, folder, deadly):
    """Somebody is hired, renamed and moved, leaves, comes back, and is deleted."""
    scene = Interrupted(portal, folder, deadly)
    pushed = scene.pushed
    own_id = pushed.pushes()
    sales = pushed.pushes_group("Sales", own_id)
    yield scene.works()
    pushed.patches(own_id, name={"givenName": "Kimberly", "familyName": "Lee"})
    pushed.groups.delete("acme", sales)
    pushed.pushes_group("Legal", own_id)
    yield scene.works()
    pushed.patches(own_id, active=False)
    yield scene.works()
    pushed.patches(own_id, active=True)
    yield scene.works()
    pushed.directory.delete("acme", own_id)
    yield scene.works()


def test_whenever_it_is_interrupted_the_end_is_the_same(shared_portal, tmp_path):
    def told(deadly):
        return list(story(shared_portal, tmp_path, deadly))

    nobody = Deadly(0)
    expected = told(nobody)
    assert expected == [
        ([("active", "Kim")], [12], ["emea"], None, False),
        ([("active", "Kimberly")], [34], [], None, False),
        ([("inactive", "Kimberly")], [34], [], None, True),
        ([("active", "Kimberly")], [34], [], None, False),
        ([("inactive", "Kimberly")], [34], [], None, True),
    ]
    assert sum(nobody.moments) > 30
    assert_the_end_is_the_same(told, nobody.moments, expected)
