"""People and groups in one list (RFC 7644, 3.4.2.1): people come first."""

from collections.abc import Mapping
from typing import Any

from gateway.flows.directory import Directory
from gateway.flows.directory_groups import GroupDirectory
from gateway.scim import answers, search
from gateway.scim.errors import ScimError

_NONE: Mapping[str, Any] = {"totalResults": 0, "Resources": []}


def search_all(users: Directory, groups: GroupDirectory, provider: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a list of people and groups; a filter that one of them does not have finds none of these.

    Args:
        users: the people.
        groups: the groups.
        provider: whose connection.
        given: a ``SearchRequest``. Such a list has places, and no cursors.

    Raises:
        ScimError: neither people nor groups can be searched so.
    """
    if given.get("sortBy") or given.get("cursor") is not None:
        detail = "People and groups in one list have no order and no cursors; search for one of them, or leave it out."
        raise ScimError(detail, "invalidPath" if given.get("sortBy") else "invalidCursor")
    start, count = search.start_and_count(given)
    failed: list[ScimError] = []
    found: list[Mapping[str, Any]] = []
    before = items = 0
    for directory in (users, groups):
        part = {**given, "startIndex": max(start - before, 1), "count": count - items}
        try:
            found.append(directory.search(provider, part))
        except ScimError as error:
            failed.append(error)
            found.append(_NONE)
        before += found[-1]["totalResults"]
        items += len(found[-1]["Resources"])
    if len(failed) == len(found):
        raise failed[0]
    return answers.listed([one for each in found for one in each["Resources"]], before, start)
