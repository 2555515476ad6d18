"""Courses and certificates as *My training* shows them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import urlsplit

from gateway.flows.training import Certificate, LearnersCourse
from gateway.web.addresses import COURSE, to
from gateway.web.languages import day

SHOWN_NAME = 120
"""Characters of a course's name that are shown."""

_DOWNLOAD = re.compile(r"/certificate/download/id:[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True)
class CertificateRow:
    """A certificate.

    Attributes:
        name: the course's name.
        valid_until: a day such as ``3 March 2027``, or ``None`` for ever.
        is_expired: whether its time is over.
        expires_soon: whether it will be soon.
        href: where TalentLMS has it for somebody who is signed in there; ``None`` where it says so in a way that may
            hold a secret, or leads elsewhere.
    """

    name: str
    valid_until: str | None
    is_expired: bool
    expires_soon: bool
    href: str | None


@dataclass(frozen=True)
class CourseRow:
    """A course.

    Attributes:
        id: TalentLMS's.
        name: the course's name.
        href: our address that leads into it.
        progress: 0 to 100.
        begun: whether it was begun and is not done.
        completed: whether it is done.
        completed_on: a day such as ``3 March 2026``, or ``None``.
        expired: whether access has ended.
        due_soon: whether access ends soon, and the course is not done.
        ends_on: the day on which access ends, or has ended; ``None`` for never.
        role: ``learner`` or ``instructor``.
        certificate: or ``None``.
    """

    id: int
    name: str
    href: str
    progress: int
    begun: bool
    completed: bool
    completed_on: str | None
    expired: bool
    due_soon: bool
    ends_on: str | None
    role: str
    certificate: CertificateRow | None


def course_row(course: LearnersCourse, zone: tzinfo, origins: Collection[str]) -> CourseRow:
    """Return a course for the page.

    Args:
        course: which.
        zone: in which days are told.
        origins: where TalentLMS's certificates are.
    """
    enrolment = course.enrolment
    certificate = course.certificate
    return CourseRow(
        id=enrolment.course_id,
        name=_cut(enrolment.name),
        href=to(COURSE, enrolment.course_id),
        progress=enrolment.percentage,
        begun=course.is_begun,
        completed=course.is_completed,
        completed_on=_day(enrolment.completed_on, zone),
        expired=course.is_expired,
        due_soon=course.is_due_soon,
        ends_on=_day(enrolment.expired_on, zone),
        role=enrolment.role,
        certificate=_certificate_row(certificate, enrolment.name, zone, origins) if certificate else None,
    )


def other_certificate_row(certificate: Certificate, zone: tzinfo, origins: Collection[str]) -> CertificateRow:
    """Return a certificate of a course that the person is no longer enrolled in; arguments as ``course_row``."""
    return _certificate_row(certificate, certificate.certification.course_name, zone, origins)


def certificate_href(url: str, origins: Collection[str]) -> str | None:
    """Return the address of a certificate if it is TalentLMS's and holds a number only, which opens nothing by itself.

    A page may be printed, kept or read over somebody's shoulder, so no address stands in it that opens a certificate
    for everybody who has it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_plain = _DOWNLOAD.fullmatch(parts.path) and url == f"{parts.scheme}://{parts.netloc}{parts.path}"
    return url if is_plain and f"{parts.scheme}://{parts.netloc}" in origins else None


def _certificate_row(certificate: Certificate, name: str, zone: tzinfo, origins: Collection[str]) -> CertificateRow:
    certification = certificate.certification
    return CertificateRow(
        name=_cut(name),
        valid_until=_day(certification.expires_on, zone),
        is_expired=certificate.is_expired,
        expires_soon=certificate.expires_soon,
        href=certificate_href(certification.download_url, origins),
    )


def _day(moment: datetime | None, zone: tzinfo) -> str | None:
    if moment is None:
        return None
    try:
        return day(moment.astimezone(zone))
    except OverflowError:  # a day at the end of the calendar, by which some mean never
        return day(moment)


def _cut(name: str) -> str:
    """Return a name, or its beginning with an ellipsis."""
    return name if len(name) <= SHOWN_NAME else name[: SHOWN_NAME - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
