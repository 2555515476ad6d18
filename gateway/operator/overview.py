"""How it stands, gathered for the operator's page: from Redis, the database and the settings.

Where Redis or the database does not answer, what comes from there is ``None``, and the other is told all the same.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.database.directory_report import ConnectionReport, DirectoryReport
from gateway.database.due_rows import Stock
from gateway.database.order_listing import ListedOrder, OrderListing
from gateway.errors import DatabaseUnavailable, StoreUnavailable
from gateway.operator.recorder import Recorder
from gateway.readiness import Readiness
from gateway.store.activity import Activity, Lately

MINUTES = 120
"""How far back the page looks."""
ORDERS = 5
"""How many orders it lists that wait for a person; of those that failed, and of those that wait for a decision."""


@dataclass(frozen=True)
class Sources:
    """Where all of it comes from.

    Attributes:
        readiness: whether clicks can be served.
        activity: what happened lately.
        recorder: what this process has not written yet.
        calls_left: how many calls the hour still has; ``None`` where there is no limit by it.
        diagnosis: what a diagnosis last found, as ``Report.as_json`` has it; ``None`` where there was none.
        stocks: by kind of work, how much there is to do.
        orders: orders for an operator.
        directory: people whom identity providers push.
        has_directory: whether any does.
    """

    readiness: Readiness
    activity: Activity
    recorder: Recorder
    calls_left: Callable[[], int | None]
    diagnosis: Callable[[], Mapping[str, Any] | None]
    stocks: Mapping[str, Callable[[], Stock]]
    orders: OrderListing
    directory: DirectoryReport
    has_directory: bool


@dataclass(frozen=True)
class FromRedis:
    """What Redis has.

    Attributes:
        lately: of the last ``MINUTES``.
        calls_left: as ``Sources`` has it, and so is ``diagnosis``.
        diagnosis: likewise.
    """

    lately: Lately
    calls_left: int | None
    diagnosis: Mapping[str, Any] | None


@dataclass(frozen=True)
class FromDatabase:
    """What the database has.

    Attributes:
        stocks: by kind of work.
        dead: orders whose fault waits for a person, the newest first.
        review: orders that wait for a decision because of a refund.
        numbers: how many there are in all, ``dead`` and ``review``.
        connections: of identity providers that push people.
    """

    stocks: Mapping[str, Stock]
    dead: Sequence[ListedOrder]
    review: Sequence[ListedOrder]
    numbers: Mapping[str, int]
    connections: Sequence[ConnectionReport]


@dataclass(frozen=True)
class Overview:
    """How it stands.

    Attributes:
        now: epoch seconds, UTC.
        is_ready: whether clicks can be served.
        providers: by name, how it stands with what is cached of each; empty where Redis is away.
        redis: ``None`` where it does not answer.
        database: likewise.
        redis_note: why it does not; or empty.
        database_note: likewise.
    """

    now: int
    is_ready: bool
    providers: Mapping[str, str]
    redis: FromRedis | None
    database: FromDatabase | None
    redis_note: str
    database_note: str


def overview(sources: Sources, clock: Callable[[], float] = time.time) -> Overview:
    """Return how it stands now; it raises nothing on account of Redis or the database.

    Args:
        sources: where it comes from.
        clock: epoch seconds, UTC.
    """
    now = int(clock())
    state = sources.readiness.look()  # which waits for no server to take over
    redis, redis_note = None, ""
    database, database_note = None, ""
    if state.parts["store"] == "ok":
        try:
            redis = _from_redis(sources, now)
        except StoreUnavailable as error:
            redis_note = error.note
    try:
        database = _from_database(sources)
    except DatabaseUnavailable as error:
        database_note = error.note
    return Overview(now, state.is_ready, state.parts["providers"], redis, database, redis_note, database_note)


def _from_redis(sources: Sources, now: int) -> FromRedis:
    sources.recorder.write()
    return FromRedis(sources.activity.lately(now, MINUTES), sources.calls_left(), sources.diagnosis())


def _from_database(sources: Sources) -> FromDatabase:
    stocks = {kind: read() for kind, read in sources.stocks.items()}
    listing = sources.orders
    dead, review = (listing.listed(state=state, at_most=ORDERS) for state in ("dead", "review"))
    numbers = {"dead": listing.number("dead"), "review": listing.number("review")}
    connections = sources.directory.connections() if sources.has_directory else []
    return FromDatabase(stocks, dead, review, numbers, connections)
