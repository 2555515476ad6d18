"""What a provisioner asks of the directory: each operation as the requests that are made one after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import scim_client
from bench.directory_rows import GROUP, LARGEST_GROUP, user_id
from bench.load import Check
from bench.scim_client import answers, patch, user, user_resource, users
from bench.stage import Stage
from gateway.scim import search
from gateway.scim.definitions import USER

READS, WRITES = KINDS = ("reads", "writes")
PAGE = 5
"""People of a page, so that where ten people are known, others are before and behind it."""
_TWENTY = 20
_APART = 7919
"""A prime: people whose numbers are so far apart are all others."""


@dataclass(frozen=True)
class Known:
    """A gateway and the people it knows.

    Attributes:
        stage: what is running.
        port: the gateway's.
        people: how many people the directory had at the beginning.
    """

    stage: Stage
    port: int
    people: int

    def some(self, first: int, number: int) -> list[int]:
        """Return the numbers of people, spread over the first half of all; where there are few, some come again."""
        return _spread(self.people // 2, range(first, first + number))

    def others(self, first: int, number: int) -> list[int]:
        """Return likewise the numbers of people of the second half, those who are changed."""
        half = self.people // 2
        return [half + one for one in _spread(self.people - half, range(first, first + number))]

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> bytes:
        """Return a request."""
        return scim_client.ask(self.stage, self.port, method, path, body)


@dataclass(frozen=True)
class Operation:
    """One kind of request.

    Attributes:
        name: as tables have it.
        kind: one of ``KINDS``.
        requests: returns requests, from the number of the first on, as many as are wanted: an even number of those
            that undo one another.
        check: what an answer has to be.
        of_twenty: how many of twenty requests of a mixture are such ones.
        is_flat: whether it may not take longer where many people are known.
    """

    name: str
    kind: str
    requests: Callable[[Known, int, int], Sequence[bytes]]
    check: Check
    of_twenty: int = 0
    is_flat: bool = True


def _spread(people: int, turns: Sequence[int]) -> list[int]:
    return [1 + (_APART * turn) % people for turn in turns]


def _same(path: Callable[[Known], str]) -> Callable[[Known, int, int], Sequence[bytes]]:
    return lambda known, _, number: [known.ask("GET", path(known))] * number


def _filter(text: Callable[[int], str]) -> Callable[[Known, int, int], Sequence[bytes]]:
    def requests(known: Known, first: int, number: int) -> Sequence[bytes]:
        return [known.ask("GET", users(filter=text(one))) for one in known.some(first, number)]

    return requests


def _read(known: Known, first: int, number: int) -> Sequence[bytes]:
    return [known.ask("GET", f"/Users/{user_id(one)}") for one in known.some(first, number)]


def _behind(known: Known) -> str:
    """Return the page behind a cursor, nearly at the end."""
    given = {"cursor": "", "count": PAGE}
    before = user_id(known.people - PAGE)
    return users(count=PAGE, cursor=search.cursor(USER, given, (before, before)))


def _change(known: Known, first: int, number: int) -> Sequence[bytes]:
    numbered = enumerate(known.others(first, number), first)
    return [
        known.ask("PATCH", f"/Users/{user_id(one)}", patch("replace", "title", f"Title {turn}"))
        for turn, one in numbered
    ]


def _leave_and_return(known: Known, first: int, number: int) -> Sequence[bytes]:
    """Deactivate people and activate them again, so that nobody is deactivated in the end."""
    return [
        known.ask("PATCH", f"/Users/{user_id(one)}", patch("replace", "active", value))
        for one in known.others(first // 2, number // 2)
        for value in (False, True)
    ]


def _replace(known: Known, first: int, number: int) -> Sequence[bytes]:
    return [known.ask("PUT", f"/Users/{user_id(one)}", user(one)) for one in known.some(first, number)]


def _create(known: Known, first: int, number: int) -> Sequence[bytes]:
    new = range(known.people + 1 + first, known.people + 1 + first + number)
    return [known.ask("POST", "/Users", user(one)) for one in new]


def _membership(known: Known, first: int, number: int) -> Sequence[bytes]:
    """Remove members of the group and add them again, so that it stays as large."""
    members = _spread(min(known.people, LARGEST_GROUP), range(first // 2, (first + number) // 2))
    return [known.ask("PATCH", f"/Groups/{GROUP}", change) for one in members for change in _out_and_in(user_id(one))]


def _out_and_in(member: str) -> Sequence[dict[str, Any]]:
    out = patch("remove", f'members[value eq "{member}"]', None)
    return out, patch("add", "members", [{"value": member}])


_PAGE = answers(200, itemsPerPage=PAGE, totalResults=None)
_ONE = answers(200, itemsPerPage=1, totalResults=1)
_USER = answers(200, id=None, active=None)

OPERATIONS: Sequence[Operation] = (
    Operation("a person by id", READS, _read, _USER, 3),
    Operation("the first page", READS, _same(lambda _: users(startIndex=1, count=PAGE)), _PAGE, 1),
    Operation("the last page, by a cursor", READS, _same(_behind), _PAGE),
    Operation(
        "the last page, by startIndex",
        READS,
        _same(lambda known: users(startIndex=known.people - PAGE + 1, count=PAGE)),
        _PAGE,
        is_flat=False,
    ),
    Operation(
        "whoever is active, first page", READS, _same(lambda _: users(filter="active eq true", count=PAGE)), _PAGE
    ),
    Operation(
        "filter by userName", READS, _filter(lambda one: f'userName eq "{user_resource(one)["userName"]}"'), _ONE, 5
    ),
    Operation(
        "filter by emails.value",
        READS,
        _filter(lambda one: f'emails.value eq "{user_resource(one)["userName"]}"'),
        _ONE,
    ),
    Operation(
        "filter by externalId", READS, _filter(lambda one: f'externalId eq "{scim_client.external_id(one)}"'), _ONE, 2
    ),
    Operation(
        "filter that finds nobody",
        READS,
        _filter(lambda one: f'userName eq "nobody.{one}@example.com"'),
        answers(200, itemsPerPage=0, totalResults=0),
        2,
    ),
    Operation("PUT without a change", WRITES, _replace, _USER),
    Operation("PATCH of an attribute", WRITES, _change, _USER, 2),
    Operation("PATCH of active", WRITES, _leave_and_return, _USER, 2),
    Operation("POST of a person", WRITES, _create, answers(201, id=None), 1),
    Operation("PATCH of a group's members", WRITES, _membership, answers(204), 2),
)
"""In the order in which they are made."""


def mixture(known: Known, first: int, number: int) -> Sequence[bytes]:
    """Return as many requests as are wanted, of several kinds in turn.

    Args:
        known: the gateway that is asked.
        first: the number of the first.
        number: how many; twenty, or a multiple of that.
    """
    blocks, before = number // _TWENTY, first // _TWENTY
    made = {
        one.name: one.requests(known, before * one.of_twenty, blocks * one.of_twenty)
        for one in OPERATIONS
        if one.of_twenty
    }
    return [
        request
        for block in range(blocks)
        for one in OPERATIONS
        if one.of_twenty
        for request in made[one.name][block * one.of_twenty : (block + 1) * one.of_twenty]
    ]
