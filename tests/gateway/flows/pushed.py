"""A directory that an identity provider pushes, on the real things, and the worker that follows it."""

from gateway.database.directory_store import DirectoryStore
from gateway.database.order_faults import OrderFaults
from gateway.flows.claim_mapping import ClaimMapping
from gateway.flows.directory import Directory
from gateway.flows.directory_groups import GroupDirectory
from gateway.flows.directory_people import DirectoryPeople, PushingProvider
from gateway.flows.persistent_faults import PersistentFaults
from gateway.flows.person import Person
from gateway.flows.provisioning import DirectoryRules, Provisioning
from gateway.flows.trust import Trust
from gateway.mapping.mapper import Mapper
from tests.gateway.flows.assignments import GROUPS, Mapped, MappingSettings
from tests.gateway.flows.scene import KIM

BASE = "https://x.example/scim/v2"


def resource(name="kim", **changes):
    """Return somebody as a provisioner sends them."""
    return {
        "userName": f"{name}@acme.example",
        "externalId": f"{name}-1",
        "name": {"givenName": name.title(), "familyName": "Lee"},
        "emails": [{"value": f"{name}@acme.example", "type": "work", "primary": True}],
        "active": True,
    } | changes


class Pushed(Mapped):
    """A gateway's directory, its sign-ins and its worker."""

    def __init__(self, lms, store, database):
        self.directory_store = DirectoryStore(database)
        self.ended = []
        super().__init__(lms, store, database)

    def sets(self, *rules, groups=GROUPS, trust=None, deletes=False, **mapping):
        """Start anew with other settings."""
        super().sets(*rules, groups=groups, **mapping)
        database, lms = self._database, self._lms
        self.directory_store = DirectoryStore(database, self.assignments.people)
        issuers = {"acme": KIM.issuer}
        store = self.directory_store
        self.directory = Directory(store.users, store.connections, issuers, self._end, BASE)
        self.groups = GroupDirectory(store.groups, BASE)
        self.people = DirectoryPeople(store, {"acme": PushingProvider(KIM.issuer, groups.claim)})
        mapper = Mapper(MappingSettings(rules=rules, **mapping))
        trusts = {"acme": trust or Trust(adopts=False)}
        self.provisioning = Provisioning(
            self.people,
            DirectoryRules(mapper, {"acme": groups}, trusts, deletes=deletes),
            self.assignments.people,
            self.assigning,
            self.accounts,
            lms.users,
            self._locks,
            PersistentFaults(lms, OrderFaults(database)).is_outage,
        )
        note, join = self.provisioning.note, self.people.joined
        self.mapping = ClaimMapping(mapper, {"acme": groups}, {"acme": Trust()}, note, join)

    def _end(self, person):
        self.ended.append(person)
        return 0

    def pushes(self, name="kim", **changes):
        """Have the provider tell of somebody; return their id."""
        return self.directory.create("acme", resource(name, **changes))["id"]

    def patches(self, own_id, **values):
        """Have it replace attributes of somebody."""
        self.directory.patch("acme", own_id, {"Operations": [{"op": "replace", "value": values}]})

    def pushes_group(self, name, *ids):
        """Have it tell of a group; return its id."""
        return self.groups.create("acme", {"displayName": name, "members": [{"value": one} for one in ids]})["id"]

    def clicks(self, identity=KIM):
        """Have somebody click for the first time in a session; return their learner."""
        learner = self.accounts.open(Person(identity, Trust()))
        self.provisioning.account_found(learner)
        return learner

    def apply(self, tries=0, identity=KIM):
        """Look at one person."""
        return self.provisioning.apply(identity.key, tries, lambda: None)

    def works(self):
        """Look at everybody who is due; return what came of each."""
        results = []
        while claims := self.queue.claim():
            for claim in claims:
                result = self.provisioning.apply(claim.person, claim.tries, lambda: None)
                self.queue.finish(claim, result.state, result.error, result.note)
                results.append(result.state)
        return results
