"""Rules of the mapping → the courses, groups and branches of a person, in step with their newest claims.

A sign-in compares what its claims become with what the person was told of the last time; where nothing changed it
writes nothing and calls nobody. Else what is wanted is on disk, and the person is due: a worker compares that with what
was done, and makes only the calls that differ, as often as needed. What a rule gave is taken away, where the rule says
so; nothing else ever is.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from gateway import log
from gateway.config.mapping import RuleSettings
from gateway.database.account_links import AccountLinks
from gateway.database.assigned_people import AssignedPerson, Origin
from gateway.database.assignments import Assignment
from gateway.database.holdings import Holdings
from gateway.errors import DryRun, GatewayError, NotFound, UserNotFound
from gateway.flows.accounts import Accounts
from gateway.flows.assignment_targets import AssignmentTargets
from gateway.flows.customer_accounts import Holder
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.order_work import Result
from gateway.mapping.outcome import Grant, Outcome
from gateway.talentlms.client import TalentLMS
from schemas.identity import Identity
from schemas.learner import Learner

RETRY_SECONDS = 24 * 3600
"""After how long a sign-in has that tried again which could not be given, although no setting has changed."""
TRIES = 8
"""After so many tries what fails alone is left until then, too."""


class Assigning:
    """Assignments of people.

    Args:
        rules: those of the settings.
        holdings: what is wanted, and what was done.
        changes: makes the calls.
        lms: TalentLMS, which knows what the rules name.
        account_links: whose account is whose.
        accounts: forgets an account that does not exist.
        is_outage: whether an error says nothing of the assignment that met it.
    """

    def __init__(
        self,
        rules: Sequence[RuleSettings],
        holdings: Holdings,
        changes: MembershipChanges,
        lms: TalentLMS,
        account_links: AccountLinks,
        accounts: Accounts,
        is_outage: Callable[[Exception], bool],
    ) -> None:
        self._settings = repr([(rule.name, rule.on_lost, rule.assign) for rule in rules])
        self._assignments = holdings.assignments
        self._holdings = holdings
        self._changes = changes
        self._targets = AssignmentTargets(lms)
        self._account_links = account_links
        self._accounts = accounts
        self._is_outage = is_outage

    def note(
        self,
        identity: Identity,
        outcome: Outcome,
        *,
        origin: Origin = "sign_in",
        besides: Collection[Grant] = (),
        makes_due: bool = True,
    ) -> None:
        """Take note of what a person's claims became; one look at the database, and a write where that has changed.

        Where the provider left groups out, nobody knows what was lost: what rules have given stays.

        Args:
            identity: who signs in, or whom the directory has.
            outcome: what the mapping makes of their claims.
            origin: whose claims they are.
            besides: what the directory gives, whatever the sign-in says; of that it is no matter here.
            makes_due: whether the person becomes due where that has changed; not while ``apply`` is about to follow.

        Raises:
            DatabaseUnavailable: nothing is known of what was given before.
        """
        known = self._assignments.people.find(identity.key)
        others = {(grant.kind, grant.target) for grant in besides}
        grants = [grant for grant in outcome.grants if (grant.kind, grant.target) not in others]
        wanted = _wanted(identity.key, grants, origin)
        if known is None and not wanted:
            return
        digest = self._digest(wanted, is_partial=bool(outcome.missing_groups))
        if known is not None and not _is_to_be_retried(known):
            before = known.digest if origin == "sign_in" else known.directory_digest
            if digest == before or (not wanted and not before and origin == "directory"):
                return
        rules = {held.rule: held.why for held in outcome.rules}
        person = AssignedPerson(identity.key, identity.provider, digest, rules)
        keeps_others = bool(outcome.missing_groups)
        self._assignments.tell(person, wanted, origin=origin, keeps_others=keeps_others, makes_due=makes_due)

    def account_found(self, learner: Learner) -> None:
        """Make a person due who has another account than the one for which all was done; one look where not.

        Raises:
            DatabaseUnavailable: it is not known.
        """
        known = self._assignments.people.find(learner.person)
        if known is not None and known.user_id != learner.user_id:
            self._assignments.people.make_due(learner.person)

    def give_now(self, learner: Learner, course_id: int) -> bool:
        """Give a course at once to which a learner goes, if a rule assigns it; errors as ``MembershipChanges.give``.

        Returns:
            Whether the learner has it now.
        """
        for one in self._assignments.of_person(learner.person):
            if (one.kind, one.name, one.is_wanted) == ("course", str(course_id), True):
                given = self._given(one, learner.user_id, lambda: None)
                return given.state == "given"
        return False

    def apply(self, person: str, tries: int, check: Callable[[], None]) -> Result:
        """Make the calls that a person's assignments still need, and no others; first what is taken away.

        Args:
            person: ``Identity.key``.
            tries: how often in a row that led to nothing before.
            check: raises where the person is another worker's by now; called before each call that changes something.

        Raises:
            GatewayError: it has to be tried again; what was done until then is on disk.
        """
        link = self._account_links.find(person)
        if link is None:
            self._assignments.people.applied(person, 0, 0)
            return Result("done")  # the click that finds an account makes the person due again
        rows = sorted(self._assignments.of_person(person), key=lambda one: one.is_wanted)
        done: list[Assignment] = []
        failed: list[GatewayError] = []
        withheld: list[GatewayError] = []
        for one in rows:
            try:
                done.append(self._brought(one, link.user_id, check))
            except UserNotFound:
                self._accounts.forget(link.learner)
                self._assignments.people.applied(person, 0, 0)
                return Result("done")
            except DryRun as error:
                withheld.append(error)  # the others are told of, too
            except GatewayError as error:
                if self._is_outage(error):
                    raise
                if tries < TRIES:
                    failed.append(error)
                else:
                    done.append(self._given_up(one, error))
        if withheld or failed:
            raise (withheld or failed)[0]
        return self._result(person, link.user_id, done)

    def _brought(self, one: Assignment, user_id: int, check: Callable[[], None]) -> Assignment:
        """Return an assignment as it is once it was given, or taken away; no call where it is so already."""
        if not one.is_wanted:
            one = self._holdings.now(one)  # a sign-in may just have said otherwise, and what is taken may be lost
        if one.is_wanted:
            return self._given(one, user_id, check)
        return self._changes.take(one, "unenroll" if one.on_lost == "remove" else "keep", check)

    def _given(self, one: Assignment, user_id: int, check: Callable[[], None]) -> Assignment:
        if one.state == "given" and one.user_id == user_id:
            return one
        try:
            target = self._targets.id_of(one.kind, one.name)
        except NotFound as error:
            return self._given_up(one, error)
        if one.target != target:
            self._assignments.aim(one, target)
        given = self._changes.give(replace(one, target=target), Holder(one.person, user_id), check)
        return self._refused(given) if given.state == "dead" else given

    def _given_up(self, one: Assignment, error: GatewayError) -> Assignment:
        now = self._holdings.now(one)
        if now.is_wanted and now.state == "given":
            return now  # by a click, meanwhile
        dead = replace(now, state="dead", error=error.code, note=error.note)
        self._holdings.put(dead)
        return self._refused(dead)

    def _refused(self, one: Assignment) -> Assignment:
        log.audit(
            "assignment",
            outcome="refused",
            reason=one.error,
            person=one.person,
            user_id=one.user_id,
            kind=one.kind,
            target=one.name,
            rule=one.rule,
            note=one.note,
        )
        return one

    def _result(self, person: str, user_id: int, done: Collection[Assignment]) -> Result:
        dead = [one for one in done if one.state == "dead"]
        self._assignments.people.applied(person, user_id, int(time.time()) + RETRY_SECONDS if dead else 0)
        return Result("dead", dead[0].error, dead[0].note) if dead else Result("done")

    def _digest(self, wanted: Collection[Assignment], *, is_partial: bool) -> str:
        told = [[one.kind, one.name, one.role, one.rule, one.on_lost] for one in wanted]
        return hashlib.sha256(json.dumps([told, is_partial, self._settings]).encode()).hexdigest()


def _wanted(person: str, grants: Collection[Grant], origin: Origin) -> list[Assignment]:
    """Return what is to be had; of several rules that give the same the first counts, and the one that lets it stay."""
    found: dict[tuple[str, str], Assignment] = {}
    for grant in grants:
        if grant.kind == "user_type":
            continue  # told with the sign-up; TalentLMS has no call that changes it
        one = Assignment(person, grant.kind, grant.target, grant.role, grant.rule, grant.on_lost, origin=origin)
        first = found.setdefault((grant.kind, grant.target), one)
        if "keep" in (first.on_lost, one.on_lost):
            first = replace(first, on_lost="keep")
        if "instructor" in (first.role, one.role):
            first = replace(first, role="instructor")
        found[grant.kind, grant.target] = first
    return sorted(found.values(), key=lambda one: (one.kind, one.name))


def _is_to_be_retried(known: AssignedPerson) -> bool:
    return 0 < known.retry_at <= time.time()
