"""Groups of the directory that identity providers push by SCIM."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from gateway import log
from gateway.database.directory_groups import DirectoryGroups
from gateway.scim import answers, membership, patch, people, resources, search
from gateway.scim.answers import Selection
from gateway.scim.definitions import GROUP
from gateway.scim.errors import ScimError, not_found, taken
from schemas.directory import DirectoryGroup, GroupDraft, NoSuchMember, Taken

T = TypeVar("T")


class GroupDirectory:
    """Groups. Every method raises ``ScimError`` for what the client has to change, and ``DatabaseUnavailable``.

    Args:
        groups: where they are.
        base: the address that all addresses of resources begin with.
    """

    def __init__(self, groups: DirectoryGroups, base: str) -> None:
        self._groups = groups
        self.base = base

    def create(self, provider: str, body: object) -> dict[str, Any]:
        """Store a group; as ``Directory.create``."""
        resource = resources.read(GROUP, body)
        members = membership.whole(body)
        found = _told(partial(self._groups.create, provider, people.draft_of_group(resource), members))
        _audit(provider, "create", found.id)
        return answers.group(self.base, found)

    def read(self, provider: str, own_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a group; as ``Directory.read``."""
        selection = Selection.of(GROUP, given)
        found = self._groups.find(provider, own_id, with_members=selection.has("members"))
        if found is None:
            raise not_found("such group")
        return selection.of_resource(answers.group(self.base, found))

    def search(self, provider: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a list of groups; as ``Directory.search``."""
        selection = Selection.of(GROUP, given)
        question = search.query(GROUP, given, with_members=selection.has("members"))
        found = self._groups.search(provider, question)
        items = [selection.of_resource(answers.group(self.base, one)) for one in found.items]
        return answers.page(GROUP, given, question, found, items)

    def replace(self, provider: str, own_id: str, body: object) -> dict[str, Any]:
        """Replace a group and its members."""
        resource = resources.read(GROUP, body)
        members = membership.whole(body)
        self._changed(
            provider,
            own_id,
            partial(self._groups.change, provider, own_id, lambda _: people.draft_of_group(resource), [members]),
        )
        return self.read(provider, own_id, {})

    def patch(self, provider: str, own_id: str, body: object) -> None:
        """Change parts of a group, and its members."""
        others, members = membership.split(patch.operations(body))

        def drafted(before: DirectoryGroup) -> GroupDraft:
            return people.draft_of_group(patch.applied(GROUP, before.resource, others, own_id))

        self._changed(provider, own_id, partial(self._groups.change, provider, own_id, drafted, members))

    def delete(self, provider: str, own_id: str) -> None:
        """Delete a group; its members stay."""
        if not self._groups.delete(provider, own_id):
            raise not_found("such group")
        _audit(provider, "delete", own_id)

    def _changed(self, provider: str, own_id: str, step: Callable[[], bool | None]) -> None:
        changed = _told(step)
        if changed is None:
            raise not_found("such group")
        if changed:
            _audit(provider, "change", own_id)


def _told(step: Callable[[], T]) -> T:
    try:
        return step()
    except Taken as error:
        raise taken(error.attribute) from None
    except NoSuchMember:
        detail = "A member is no user of this connection; create the user first. Nothing was changed."
        raise ScimError(detail, "invalidValue") from None


def _audit(provider: str, action: str, own_id: str) -> None:
    log.audit("scim_group", outcome="success", provider=provider, action=action, id=own_id)
