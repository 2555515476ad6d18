"""What rules of the mapping have given somebody, and what is left to be done; only the database is asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
class AssignmentStory:
    """One person.

    Attributes:
        person: what was made of their newest claims.
        link: their account; ``None`` before they have one.
        assignments: what rules give them, or gave.
    """

    person: AssignedPerson
    link: AccountLink | None
    assignments: Sequence[Assignment]


class AssignmentStories:
    """Stories of people.

    Args:
        assignments: what rules give whom.
        account_links: whose account is whose.
    """

    def __init__(self, assignments: Assignments, account_links: AccountLinks) -> None:
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
            AssignmentStory(person, link, self._assignments.of_person(person.person))
            for person, link in found
            if person is not None
        ]


def stands(one: Assignment) -> str:
    """Return in words how it stands with an assignment."""
    return _STANDS.get((one.is_wanted, one.state), "to be given")
