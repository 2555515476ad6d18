"""People and the rules of a mapping on the real things: a database, a TalentLMS sandbox, a memory."""

from gateway.config.assignments import Assignments as Assigned
from gateway.config.assignments import CourseAssignment
from gateway.config.mapping import ConditionSettings, MappingSettings, RuleSettings
from gateway.database.account_links import AccountLinks
from gateway.database.assigned_people import PersonQueue
from gateway.database.holdings import Holdings
from gateway.database.launched_enrolments import LaunchedEnrolments
from gateway.database.order_faults import OrderFaults
from gateway.flows.accounts import Accounts
from gateway.flows.assigning import Assigning
from gateway.flows.claim_mapping import ClaimMapping
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.persistent_faults import PersistentFaults
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.mapping.groups import GroupClaims
from gateway.mapping.mapper import Mapper
from gateway.store.locks import Locks
from tests.gateway.flows.scene import KIM, NEW_KEY

GROUPS = GroupClaims()


def rule(name, on_lost="remove", *, when=None, courses=(), role="learner", **assign):
    """Return a rule that a group of its own name fulfils."""
    assign["courses"] = tuple(CourseAssignment(course, role) for course in courses)
    when = when or ConditionSettings(group=name)
    return RuleSettings(name=name, on_lost=on_lost, when=when, assign=Assigned(**assign))


class Mapped:
    """A gateway's sign-ins and its worker, as far as rules of the mapping are concerned."""

    def __init__(self, lms, store, database):
        self.holdings, self.queue = Holdings(database), PersonQueue(database)
        self.assignments = self.holdings.assignments
        self.links = AccountLinks(database)
        passwords = ManagedPasswords(Keyring([NEW_KEY]))
        self.accounts = Accounts(lms, self.links, Locks(store), passwords, ("Learner", "Learner-Type"))
        self._lms, self._locks, self._database = lms, Locks(store), database
        self.membership_changes = MembershipChanges(lms, self.holdings, self._locks, LaunchedEnrolments(database))
        self.sets()

    def sets(self, *rules, groups=GROUPS, **mapping):
        """Start anew with other rules."""
        faults = PersistentFaults(self._lms, OrderFaults(self._database))
        self.assigning = Assigning(
            rules,
            self.holdings,
            self.membership_changes,
            self._lms,
            self.links,
            self.accounts,
            faults.is_outage,
        )
        mapper = Mapper(MappingSettings(rules=rules, **mapping))
        self.mapping = ClaimMapping(mapper, {"acme": groups}, {"acme": Trust()}, self.assigning.note)

    def signs_in(self, *groups, identity=KIM, **claims):
        """Have somebody sign in who is in these groups."""
        return self.mapping.mapped(identity, {"groups": list(groups), **claims})

    def clicks(self, identity=KIM):
        """Have them click for the first time in a session; return their learner."""
        learner = self.accounts.open(Person(identity, Trust()))
        self.assigning.account_found(learner)
        return learner

    def works(self):
        """Look at everybody who is due; return what came of each."""
        results = []
        while claims := self.queue.claim():
            for claim in claims:
                result = self.assigning.apply(claim.person, claim.tries, lambda: None)
                self.queue.finish(claim, result.state, result.error, result.note)
                results.append(result.state)
        return results

    def apply(self, tries=0, identity=KIM):
        """Look at one person."""
        return self.assigning.apply(identity.key, tries, lambda: None)

    def ledger(self, identity=KIM):
        """Return how each assignment of a person stands, by its name."""
        return {one.name: one.state for one in self.assignments.of_person(identity.key)}
