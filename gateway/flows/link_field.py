"""The account link in a custom field of TalentLMS, where it is found again if the database does not know it.

What stands there is a signature that the gateway's keys alone make. Who may write the field in TalentLMS can copy it,
so a value in more than one account counts for nothing, and what is found is adopted by the rules for every account.
"""

from dataclasses import replace

from gateway import log
from gateway.errors import UserNotFound
from gateway.flows.person import Person
from gateway.keyring import Keyring
from gateway.talentlms.users import Users
from schemas.mapped import Detail
from schemas.user import User

_PURPOSE = "account link"


class LinkField:
    """The custom field, if there is one.

    Args:
        users: TalentLMS's.
        keyring: signs; the first key what is written, all of them what is looked for.
        number: the field's, 1 to 20; 0 for none, and then nothing is written and nobody asked.
    """

    def __init__(self, users: Users, keyring: Keyring | None = None, number: int = 0) -> None:
        self._users = users
        self._keyring = keyring
        self._number = number

    @property
    def is_used(self) -> bool:
        """Whether there is one."""
        return self._number > 0

    def added(self, person: Person) -> Person:
        """Return the person with the field among what TalentLMS is told; whoever may be anybody as they are."""
        if not self._keyring or not self._number or person.is_anybody:
            return person
        mapped, name = person.identity.mapped, f"custom_field_{self._number}"
        others = (detail for detail in mapped.details if detail.field != name)
        link = Detail(name, self._keyring.sign(_PURPOSE, person.key), at_login=True)
        return replace(person, identity=replace(person.identity, mapped=replace(mapped, details=(*others, link))))

    def account_of(self, person: Person) -> User | None:
        """Return the one account whose field has the person's link; a call for each key, and one where it is found.

        Raises:
            TalentLMSError: TalentLMS could not be asked.
        """
        if not self._keyring or not self._number or person.is_anybody:
            return None
        values = [self._keyring.signature(key, _PURPOSE, person.key) for key in self._keyring.fingerprints]
        found = {user.user_id for value in values for user in self._users.by_custom_field(value)}
        if len(found) > 1:
            remedy = f"users {sorted(found)} have one value in custom field {self._number}; empty it in all but one"
            log.audit("account_link", outcome="refused", step="ambiguous", person=person.key, remedy=remedy)
        if len(found) != 1:
            return None
        try:
            user = self._users.by_id(found.pop())
        except UserNotFound:
            return None
        is_elsewhere = user.custom_fields and user.custom_fields.get(self._number) not in values
        return None if is_elsewhere else user  # TalentLMS need not say in which field it stands

    def empty(self, user_id: int) -> None:
        """Empty the field of an account that is not the person's any more; one that does not exist has none."""
        if not self._number:
            return
        try:
            self._users.edit(user_id, custom_fields={self._number: ""})
        except UserNotFound:
            return
