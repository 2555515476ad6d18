"""Learner → Link: a fresh one-time link to the dashboard or into a course, fetched for this very click."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from gateway import log
from gateway.errors import CourseNotOpen, Misunderstood, NotEnrolled
from gateway.flows.destinations import Destinations
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.self_enrolment import Enrolment
from gateway.talentlms.client import TalentLMS
from schemas.learner import Learner
from schemas.link import Link


@dataclass(frozen=True)
class LaunchOptions:
    """What a launch looks like.

    Attributes:
        login_link: ``auto`` takes ``userlogin`` for people who carry a managed password; ``login_key`` never does.
        logout_redirect: where TalentLMS's sign-out leads.
        completed_redirect: where the button after completion leads, ``{course}`` standing for the course's id.
        hidden_options: what TalentLMS's header leaves out in a course.
        self_enrol_courses: what a person may enter without being enrolled yet; ``all`` for every course.
    """

    login_link: Literal["auto", "login_key"]
    logout_redirect: str
    completed_redirect: str
    hidden_options: Collection[str]
    self_enrol_courses: Collection[int] | Literal["all"]

    def may_enrol(self, course_id: int) -> bool:
        """Return whether a person may enrol themselves in the course."""
        return self.self_enrol_courses == "all" or course_id in self.self_enrol_courses


class Launch:
    """Links that sign somebody in.

    Args:
        lms: TalentLMS.
        destinations: where a link may lead.
        passwords: the managed passwords.
        enrolment: what enrols somebody by their own click.
        options: what a launch looks like.
        assigned: gives a learner a course at once that a rule assigns, and says whether they have it.
    """

    def __init__(
        self,
        lms: TalentLMS,
        destinations: Destinations,
        passwords: ManagedPasswords,
        enrolment: Enrolment,
        options: LaunchOptions,
        assigned: Callable[[Learner, int], bool] = lambda *_: False,
    ) -> None:
        self._assigned = assigned
        self._lms = lms
        self._destinations = destinations
        self._passwords = passwords
        self._enrolment = enrolment
        self._options = options

    def dashboard(self, learner: Learner) -> Link:
        """Return a link to the learner's dashboard; one call.

        Args:
            learner: who goes there.

        Raises:
            WrongPassword: the account does not carry the managed password any more.
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            AccountInactive: it is switched off.
            Misunderstood: TalentLMS answers with a user who has no login key.
            ForeignLink: the link leads elsewhere.
        """
        password = self._password(learner) if self._options.login_link == "auto" else None
        if password is None:
            return self._by_login_key(learner)
        link = self._lms.users.log_in(learner.login, password, logout_redirect=self._options.logout_redirect)
        return self._checked(link, learner)

    def may_enrol(self, course_id: int) -> bool:
        """Return whether a person may enrol themselves in the course by opening it."""
        return self._options.may_enrol(course_id)

    def course(
        self, learner: Learner, course_id: int, *, navigation: bool, may_enrol: Callable[[int], bool] | None = None
    ) -> Link:
        """Return a link into a course; one call, three the first time where the learner enrols by this click.

        Args:
            learner: who goes there.
            course_id: the course.
            navigation: whether a person opened this address in a page of its own; only then anybody is enrolled.
            may_enrol: whether the learner, who is not enrolled, may be; default: as ``may_enrol`` says.

        Raises:
            CourseNotOpen: not enrolled, and not a course to enrol oneself in, or the enrolment did not last.
            CourseNotFound: no such course.
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            AccountInactive: it is switched off.
            ForeignLink: the link leads elsewhere.
        """
        try:
            return self._go_to(learner, course_id)
        except NotEnrolled:
            if not (navigation and self._is_let_in(learner, course_id, may_enrol or self.may_enrol)):
                raise CourseNotOpen(f"user {learner.user_id} is not enrolled in course {course_id}") from None
        try:
            return self._go_to(learner, course_id)
        except NotEnrolled:
            note = f"the enrolment of user {learner.user_id} in course {course_id} by this click did not last"
            raise CourseNotOpen(note) from None

    def _is_let_in(self, learner: Learner, course_id: int, may_enrol: Callable[[int], bool]) -> bool:
        """Enrol a learner who may be in a course, because a rule assigns it or they may do so themselves."""
        if self._assigned(learner, course_id):
            return True
        if may_enrol(course_id):
            self._enrolment.enrol(learner, course_id)
            return True
        return False

    def _go_to(self, learner: Learner, course_id: int) -> Link:
        link = self._lms.courses.go_to(
            learner.user_id,
            course_id,
            logout_redirect=self._options.logout_redirect,
            course_completed_redirect=self._options.completed_redirect.replace("{course}", str(course_id)),
            header_hidden_options=self._options.hidden_options,
        )
        return self._checked(link, learner, course_id)

    def _password(self, learner: Learner) -> str | None:
        return self._passwords.of(learner.person, learner.password_key) if learner.password_key else None

    def _by_login_key(self, learner: Learner) -> Link:
        login_key = self._lms.users.active_by_id(learner.user_id).login_key
        if login_key is None:
            raise Misunderstood("a user without a login key")
        return self._checked(login_key, learner)

    def _checked(self, link: Link, learner: Learner, course_id: int | None = None) -> Link:
        """Check where the link leads, and write down that it was given out: to whom, never the link."""
        self._destinations.sign_in(link)
        log.audit("launch", outcome="success", person=learner.person, user_id=learner.user_id, course_id=course_id)
        return link
