"""Redeem code + Session → Link: a seat that was bought becomes its first user's, who goes on into the course."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from gateway import context, log
from gateway.admission import Lane, QueueEntry
from gateway.database.redeem_codes import RedeemCodes, Seat
from gateway.errors import CodeRefunded, CodeUnknown, CodeUsed
from gateway.flows.accounts import Accounts
from gateway.flows.failed_codes import FailedCodes
from gateway.flows.launch import Launch
from gateway.flows.learners import Learners
from gateway.flows.person import Person
from gateway.flows.seat_giving import SeatGiving
from gateway.flows.trust import Trust
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.link import Link
from schemas.product import Product
from schemas.session import Session


@dataclass(frozen=True)
class Offer:
    """What a code that is good for something stands for.

    Attributes:
        seat: the seat.
        product: what it opens; ``None`` where the settings do not name it any more.
        is_theirs: whether the person who asks has the seat already.
    """

    seat: Seat
    product: Product | None
    is_theirs: bool


class Redemption:
    """Redeem codes in the hands of those who are given them.

    Args:
        products: by storefront and SKU, what is sold.
        codes: the codes.
        giving: gives what a seat opens.
        learners: whose account it is.
        accounts: whether it is a learner's still.
        trusts: what whoever signs people in is trusted with, by name.
        launch: links into TalentLMS.
        limit: how many codes may be wrong.
    """

    def __init__(
        self,
        products: Mapping[str, Mapping[str, Product]],
        codes: RedeemCodes,
        giving: SeatGiving,
        learners: Learners,
        accounts: Accounts,
        trusts: Mapping[str, Trust],
        launch: Launch,
        limit: FailedCodes,
    ) -> None:
        self._products = products
        self._codes = codes
        self._giving = giving
        self._learners = learners
        self._accounts = accounts
        self._trusts = trusts
        self._launch = launch
        self._limit = limit

    def look(self, code: str, address: str, identity: Identity | None) -> Offer:
        """Return what a code stands for; nothing is used up by that.

        Args:
            code: as it was typed.
            address: of the browser; only codes that are none count for it.
            identity: who asks; ``None`` where nobody is signed in.

        Raises:
            TooManyAttempts: too many codes from this address were none.
            CodeUnknown: this is none.
            CodeUsed: somebody else has the seat, or it is not known who asks.
            CodeRefunded: it was given back.
        """
        self._limit.check(address)
        seat = self._codes.find(code)
        if seat is None or seat.storefront not in self._products:
            self._limit.count(address)
            raise CodeUnknown("a code that was never made")
        is_theirs = seat.is_redeemed and identity is not None and identity.key == seat.redeemed_by
        if seat.is_redeemed and not is_theirs:
            raise CodeUsed(seat.name)
        sku = self._giving.sku(seat)
        if seat.is_void or (self._giving.is_taken(seat) if is_theirs else sku is None):
            raise CodeRefunded(seat.name)
        return Offer(seat, self._products[seat.storefront].get(sku or ""), is_theirs)

    def redeem(self, offer: Offer, session: Session) -> Link | None:
        """Give a seat to somebody who is signed in, unless it is theirs already.

        Args:
            offer: what ``look`` returned for them.
            session: of them.

        Returns:
            A link into the course; ``None`` where it is not one course that the seat opens.

        Raises:
            CodeUsed: another was first.
            CodeRefunded: the seat was given back.
            SeatNotReady: the seat is theirs, and cannot be used yet.
            GatewayError: likewise, and one of its kinds says why; or as ``Accounts.check_learner`` or
                ``Launch.course``.
        """
        context.queue_as(QueueEntry(Lane.CLICK, session.identity.key, _digest(offer.seat)))
        return self._learners.then(session, partial(self._redeemed, offer, session.identity))

    def _redeemed(self, offer: Offer, identity: Identity, learner: Learner) -> Link | None:
        seat = offer.seat
        if not offer.is_theirs:
            # a seat is never given to an account that is not there any more: nobody could use it then
            self._accounts.check_learner(Person(identity, self._trusts[identity.provider]), learner)
            self._take(seat, identity, learner)
        targets = self._giving.give(seat)
        if len(targets) != 1 or targets[0].kind != "course":
            return None
        return self._launch.course(learner, targets[0].target, navigation=True, may_enrol=lambda _: False)

    def _take(self, seat: Seat, identity: Identity, learner: Learner) -> None:
        if not self._codes.redeem(seat, identity.key, learner.user_id):
            raise CodeRefunded(seat.name) if self._giving.sku(seat) is None else CodeUsed(seat.name)
        log.audit(
            "seat",
            outcome="success",
            person=identity.key,
            user_id=learner.user_id,
            storefront=seat.storefront,
            order=seat.order_id,
            line=seat.line_id,
            seat=seat.seat,
        )


def _digest(seat: Seat) -> str:
    return hashlib.sha256(seat.name.encode(errors="surrogatepass")).hexdigest()[:16]
