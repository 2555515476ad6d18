"""What rules of the mapping have given somebody, and what is left to be done; only the database is asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.config.mapping import RuleSettings
from gateway.database.account_links import AccountLinks
from gateway.database.assigned_people import AssignedPerson
from gateway.database.assignments import Assignment, Assignments
from schemas.learner import AccountLink

_STANDS: Mapping[tuple[bool, str], str] = {
    (True, "given"): "given",
    (True, "dead"): "cannot be given",
    (False, "given"): "to end",
    (False, "wanted"): "to end",
    (False, "dead"): "to end",
    (False, "taken"): "taken away",
    (False, "kept"): "no rule gives it any more, it stays",
}


@dataclass(frozen=True)
class RuleUserType:
    """A user type, and the rule that gives it."""

    name: str
    rule: str


@dataclass(frozen=True)
class AssignmentStory:
    """One person.

    Attributes:
        person: what was made of their newest claims.
        link: their account; ``None`` before they have one.
        assignments: what rules give them, or gave.
        user_type: what a sign-up would be told, by the rules that the settings have now; ``None`` for the domain's own.
    """

    person: AssignedPerson
    link: AccountLink | None
    assignments: Sequence[Assignment]
    user_type: RuleUserType | None = None


class AssignmentStories:
    """Stories of people.

    Args:
        assignments: what rules give whom.
        account_links: whose account is whose.
        rules: those of the settings.
    """

    def __init__(self, assignments: Assignments, account_links: AccountLinks, rules: Sequence[RuleSettings]) -> None:
        self._types = [(rule.name, rule.assign.user_type) for rule in rules if rule.assign.user_type]
        self._assignments = assignments
        self._account_links = account_links

    def of(self, wanted: str) -> Sequence[AssignmentStory]:
        """Return those of whom rules have ever given something.

        Args:
            wanted: an e-mail address, a user name, a subject, TalentLMS's id of an account, or ``Identity.key``.

        Raises:
            DatabaseUnavailable: the database cannot be asked.
        """
        links = {one.link.person: one.link for one in self._account_links.listed(wanted)}
        found = [(self._assignments.people.find(key), link) for key, link in {wanted: None, **links}.items()]
        return [
            AssignmentStory(person, link, self._assignments.of_person(person.person), self._user_type(person))
            for person, link in found
            if person is not None
        ]

    def _user_type(self, person: AssignedPerson) -> RuleUserType | None:
        """Return the type of the first rule that gave one when it was last noted which of them hold."""
        return next((RuleUserType(name, rule) for rule, name in self._types if rule in person.rules), None)


def stands(one: Assignment) -> str:
    """Return in words how it stands with an assignment."""
    return _STANDS.get((one.is_wanted, one.state), "to be given")
