"""Learner → what they learn: their courses with progress, the days that matter and their certificates."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from gateway.flows.natural_order import natural_key
from gateway.talentlms.client import TalentLMS
from schemas.certification import Certification
from schemas.learner import Learner
from schemas.user import Enrolment, User

DUE_SOON = timedelta(days=14)
"""How long before its end access to a course that is not completed is told as due soon."""
EXPIRES_SOON = timedelta(days=30)
"""How long before its end a certificate is told as expiring soon."""

_NOT_BEGUN = "not_attempted"
_OFFSET = re.compile(r"\(GMT\s*([+-])?(\d{1,2}):(\d{2})\)", re.ASCII)
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Certificate:
    """A certificate of the learner's.

    Attributes:
        certification: what TalentLMS says of it.
        is_expired: whether its time is over.
        expires_soon: whether it will be within ``EXPIRES_SOON``.
    """

    certification: Certification
    is_expired: bool
    expires_soon: bool


@dataclass(frozen=True)
class LearnersCourse:
    """A course of the learner's.

    Attributes:
        enrolment: what TalentLMS says of it.
        is_completed: whether it is done.
        is_begun: whether it was opened for work, and is not done.
        is_expired: whether access has ended.
        is_due_soon: whether access ends within ``DUE_SOON``, and the course is not done.
        certificate: the newest for this course, or ``None``.
    """

    enrolment: Enrolment
    is_completed: bool
    is_begun: bool
    is_expired: bool
    is_due_soon: bool
    certificate: Certificate | None


@dataclass(frozen=True)
class LearningRecord:
    """All of a learner's courses and certificates.

    Attributes:
        courses: what is due soon, then what was begun, then what was not; then what is completed; then what is no
            longer open. In each of them the earliest end of access comes first, then names in natural order.
        other_certificates: the newest of each course that the learner is no longer enrolled in, by name.
        zone: the learner's time zone, in which days are told.
    """

    courses: tuple[LearnersCourse, ...]
    other_certificates: tuple[Certificate, ...]
    zone: tzinfo


class Training:
    """A learner's courses.

    Args:
        lms: TalentLMS.
        now: the present time, UTC.
    """

    def __init__(self, lms: TalentLMS, now: Callable[[], datetime] = _now) -> None:
        self._lms = lms
        self._now = now

    def of(self, learner: Learner) -> LearningRecord:
        """Return what the learner learns; one call.

        Raises:
            UserNotFound: the account no longer exists.
            Gone: it is archived.
            AccountInactive: it is switched off.
        """
        return learning_record(self._lms.users.active_by_id(learner.user_id), self._now())


def learning_record(user: User, now: datetime) -> LearningRecord:
    """Return what a user as TalentLMS answers it learns, as of a time in UTC."""
    newest = _newest(user.certifications)
    certificates = {number: _certificate(one, now) for number, one in newest.items()}
    courses = [_course(enrolment, certificates.get(enrolment.course_id), now) for enrolment in user.courses]
    enrolled = {enrolment.course_id for enrolment in user.courses}
    others = [one for number, one in certificates.items() if number not in enrolled]
    return LearningRecord(
        tuple(sorted(courses, key=_order)),
        tuple(sorted(others, key=lambda one: natural_key(one.certification.course_name))),
        zone_of(user.timezone),
    )


def zone_of(written: str) -> tzinfo:
    """Return the time zone that TalentLMS words as ``(GMT +02:00) Athens, Istanbul, Minsk``; UTC for anything else.

    The offset is the one that is written there, in summer too: a day that is told may be the one before, by an hour,
    and never the one after the day on which something ends.
    """
    found = _OFFSET.match(written)
    if found is None:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset) if offset < timedelta(days=1) else UTC


def _newest(certifications: Iterable[Certification]) -> Mapping[int, Certification]:
    in_turn = sorted(certifications, key=lambda one: one.issued_on or _EARLIEST)
    return {one.course_id: one for one in in_turn}


def _certificate(certification: Certification, now: datetime) -> Certificate:
    end = certification.expires_on
    is_expired = end is not None and end <= now
    return Certificate(certification, is_expired, end is not None and not is_expired and end - now <= EXPIRES_SOON)


def _course(enrolment: Enrolment, certificate: Certificate | None, now: datetime) -> LearnersCourse:
    end = enrolment.expired_on
    is_completed = enrolment.completed_on is not None
    is_expired = end is not None and end <= now
    is_due_soon = end is not None and not is_completed and not is_expired and end - now <= DUE_SOON
    return LearnersCourse(
        enrolment, is_completed, not is_completed and _is_begun(enrolment), is_expired, is_due_soon, certificate
    )


def _is_begun(enrolment: Enrolment) -> bool:
    """Return whether it was begun, by TalentLMS's own word where it says one: the first units may count for 0 %."""
    status = enrolment.completion_status
    return enrolment.percentage > 0 or (status != _NOT_BEGUN if status else bool(enrolment.total_time))


def _order(course: LearnersCourse) -> tuple[int, datetime, tuple[list[str | int], str], int]:
    enrolment = course.enrolment
    if course.is_expired:
        rank = 4
    elif course.is_completed:
        rank = 3
    else:
        rank = 0 if course.is_due_soon else 1 if course.is_begun else 2
    return rank, _end(course), natural_key(enrolment.name), enrolment.course_id


def _end(course: LearnersCourse) -> datetime:
    """Return by which day a course stands among those like it: what needs doing again comes before what does not."""
    if course.is_completed or course.is_expired:
        certificate = course.certificate
        needs_renewal = certificate is not None and (certificate.is_expired or certificate.expires_soon)
        return (certificate.certification.expires_on if certificate and needs_renewal else None) or _LATEST
    return course.enrolment.expired_on or _LATEST
