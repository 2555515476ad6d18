"""What is collected while an order is looked at, and what comes of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from gateway.config.storefronts import OnRefund, StorefrontSettings
from gateway.database.entitlements import Entitlement
from gateway.database.order_faults import Place
from gateway.database.order_queue import OrderState
from gateway.database.orders import Snapshot
from gateway.flows.customer_accounts import Holder
from gateway.flows.dead_letters import DeadLetter
from gateway.flows.persistent_faults import Look

Key = tuple[str, int, str, int]
"""Line, seat, and what it is: an entitlement of an order."""


@dataclass(frozen=True)
class Result:
    """How it stands with an order that was looked at.

    Attributes:
        state: all is ``done``; a fault, or a refund, waits for a person; a fault is to be tried again (``waiting``).
        error: the code of the first fault; or empty.
        note: the same as a sentence.
    """

    state: OrderState
    error: str = ""
    note: str = ""


@dataclass
class Work:
    """What is collected while an order is looked at.

    Attributes:
        snapshot: the order.
        settings: of its storefront.
        look: keeps faults to their places.
        done: its entitlements as they are.
        wanted: those that it is to have.
        faults: by line, what waits for a person.
        holders: by person, whose account is known by now.
        decided: what a person says of that which waits for one because of a refund; ``None`` where nobody has.
    """

    snapshot: Snapshot
    settings: StorefrontSettings
    look: Look
    done: dict[Key, Entitlement]
    wanted: set[Key] = field(default_factory=set)
    faults: dict[str, DeadLetter] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    decided: OnRefund | None = None

    def on_refund(self, one: Entitlement) -> OnRefund:
        """Return what becomes of an entitlement that is to be had no more."""
        return self.decided if self.decided and one.state == "review" else self.settings.on_refund

    @contextmanager
    def kept(self, place: Place, *, is_wanted: bool = True) -> Iterator[None]:
        """Keep the faults of a ``with`` block to the line or seat that meets them, which leaves what it has as it is.

        Args:
            place: which.
            is_wanted: whether the customer is to have it at all.
        """
        held = len(self.look.held)
        try:
            with self.look.apart(), self.look.at(place):
                yield
        except DeadLetter as letter:
            self.faults[place.line_id] = letter
        else:
            if place not in self.look.met and len(self.look.held) == held:
                return
        if is_wanted:
            self.wanted |= {key for key in self.done if key[0] == place.line_id and place.seat in (0, key[1])}

    def given_up(self) -> Mapping[str, tuple[str, str]]:
        """Return by line what waits for a person, code and sentence; what has failed for long is part of it."""
        for place, letter in self.look.given_up().items():
            self.faults.setdefault(place.line_id, letter)
        return {line_id: (letter.code, letter.sentence) for line_id, letter in self.faults.items()}

    def result(self) -> Result:
        """Return what comes of it, once ``given_up`` has been asked."""
        if (error := self.look.tried_again()) is not None:
            return Result("waiting", error.code, error.note)
        told = [(letter.code, letter.sentence) for letter in self.faults.values()]
        told += [(one.error, one.note) for one in self.done.values() if one.state == "dead"]
        if told:
            return Result("dead", *told[0])
        return Result("review" if any(one.state == "review" for one in self.done.values()) else "done")


def key_of(one: Entitlement) -> Key:
    """Return which of its order's entitlements one is."""
    return one.line_id, one.seat, one.kind, one.target
