"""Handover → Learner → Link: a storefront sends its customer, who is signed in by that and goes on to the target.

What a storefront says is believed as far as ``Trust`` has it: its customers open the accounts that were signed up for
them, and another one only where the shop has verified the address and may adopt. They are learners, always.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

from gateway import context, log
from gateway.admission import Lane, QueueEntry
from gateway.errors import AccountTaken, CategoryNotFound, CourseNotOpen, ProvisioningRefused, StoreUnavailable
from gateway.flows.accounts import Accounts
from gateway.flows.checkout import Checkout, Purchase
from gateway.flows.launch import Launch
from gateway.flows.learners import Learners
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.store.sessions import Sessions
from gateway.talentlms.categories import Categories
from schemas.handover import Handover
from schemas.learner import Learner
from schemas.link import Link
from schemas.product import Product
from schemas.secret import Secret
from schemas.session import Session


@dataclass(frozen=True)
class Entry:
    """A customer who has come in.

    Attributes:
        session_id: for the cookie.
        session: the session that has begun.
    """

    session_id: Secret
    session: Session


@dataclass(frozen=True)
class Shop:
    """What a storefront may do with those whom it sends.

    Attributes:
        trust: what its word on them counts.
        products: what it sells.
        begin: is told of whom that is about to enrol: account and course id.
    """

    trust: Trust
    products: Collection[Product]
    begin: Callable[[int, int], object] = lambda *_: None


class Handovers:
    """Customers who are handed over.

    Args:
        shops: by their names.
        accounts: where accounts come from.
        learners: the same, for sessions.
        sessions: where a session begins.
        launch: links into TalentLMS.
        checkout: links to its payment pages.
        categories: TalentLMS's, of which all courses are given.
        refunded: whether what gave a person (``Identity.key``) this course was refunded, all of it: storefront, person
            and course id.
    """

    def __init__(
        self,
        shops: Mapping[str, Shop],
        accounts: Accounts,
        learners: Learners,
        sessions: Sessions,
        launch: Launch,
        checkout: Checkout,
        categories: Categories,
        refunded: Callable[[str, str, int], bool] = lambda *_: False,
    ) -> None:
        self._shops = shops
        self._accounts = accounts
        self._learners = learners
        self._sessions = sessions
        self._launch = launch
        self._checkout = checkout
        self._categories = categories
        self._refunded = refunded

    def enter(self, handover: Handover, before: Session | None) -> Entry:
        """Begin a session of the customer; one call where the account is known, two for a guest who is not verified.

        Args:
            handover: who comes, and where to.
            before: the session that the browser has had so far; it ends as with a sign-in.

        Raises:
            ProvisioningRefused: the customer gets no account; one of its kinds says why.
            AccountInactive: it is switched off.
            TalentLMSError: TalentLMS could not be asked.
            StoreUnavailable, DatabaseUnavailable: nobody is signed in by guess.
        """
        identity = handover.identity
        context.queue_as(QueueEntry(Lane.CLICK, identity.key, _digest(handover)))
        session_id = self._sessions.create(identity, Secret(""))
        session = self._begun(session_id)
        try:
            self._check_still_theirs(self._learners.then(session, partial(self._checked, self._person(handover))))
        except BaseException:
            self._sessions.end(session)
            raise
        if before is not None:
            self._sessions.replace(before, identity, session_id)
        log.audit(
            "sign_in", outcome="success", provider=handover.storefront, issuer=identity.issuer, person=identity.key
        )
        return Entry(session_id, self._begun(session_id))

    def link(self, session: Session, handover: Handover) -> Link:
        """Return a fresh link to the target, of somebody who has entered.

        Raises:
            ProvisioningRefused: the account is not theirs to open any more; their session has ended.
            CourseNotOpen: not enrolled, and the storefront does not sell the course, or its sale was refunded.
            GatewayError: as ``Launch.course``, ``Launch.dashboard``, ``Checkout.course`` and ``Checkout.category``.
        """
        try:
            return self._learners.then(session, partial(self._to_target, handover))
        except ProvisioningRefused:
            self._sessions.end(session)
            raise

    def _begun(self, session_id: Secret) -> Session:
        session = self._sessions.find(session_id.reveal())
        if session is None:
            raise StoreUnavailable("a session that has just begun is not there", retry_after=5)
        return session

    def _person(self, handover: Handover) -> Person:
        return Person(handover.identity, self._shops[handover.storefront].trust)

    def _checked(self, person: Person, learner: Learner) -> Learner:
        self._accounts.check_learner(person, learner)
        if person.is_anybody:
            self._accounts.prove_password(person, learner)
        return learner

    def _check_still_theirs(self, learner: Learner) -> None:
        """Check that nobody has displaced the customer while the session began, which would outlast their link."""
        known = self._accounts.known(learner.person)
        if known is None or known.user_id != learner.user_id:
            raise AccountTaken(f"user {learner.user_id} was given to somebody else in this very moment")

    def _to_target(self, handover: Handover, learner: Learner) -> Link:
        target = handover.target
        if target.kind == "dashboard":
            return self._launch.dashboard(learner)
        if target.kind == "course":
            may_enrol = partial(self._may_enrol, handover, learner)
            return self._launch.course(learner, target.id, navigation=True, may_enrol=may_enrol)
        item = Purchase("course" if target.kind == "buy_course" else "category", target.id)
        return self._checkout.link(learner, item, target.coupon)

    def _may_enrol(self, handover: Handover, learner: Learner, course_id: int) -> bool:
        """Return whether somebody whom a storefront sends may be enrolled in a course by that.

        Where it is only because the course is sold, it is written down: what the sale gave ends with the sale.
        """
        person = handover.identity.key
        if self._refunded(handover.storefront, person, course_id):
            raise CourseNotOpen(f"what gave person {person} the course {course_id} was refunded")
        if self._launch.may_enrol(course_id):
            return True
        if not self._sells(handover.storefront, course_id):
            return False
        self._shops[handover.storefront].begin(learner.user_id, course_id)
        return True

    def _sells(self, storefront: str, course_id: int) -> bool:
        products = self._shops[storefront].products
        if Product("course", course_id) in products:
            return True
        categories = sorted({product.id for product in products if product.kind == "category"})
        return any(self._is_in_category(course_id, category_id) for category_id in categories)

    def _is_in_category(self, course_id: int, category_id: int) -> bool:
        try:
            courses = self._categories.by_id(category_id).courses
        except CategoryNotFound:
            return False
        return course_id in [course.course_id for course in courses]


def _digest(handover: Handover) -> str:
    """Return a target as the queue knows it: who asks again for the same keeps their place."""
    return hashlib.sha256(repr(handover.target).encode(errors="surrogatepass")).hexdigest()[:16]
