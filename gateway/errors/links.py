"""The way to a link into a course or to a payment page."""

from gateway.errors.root import GatewayError


class CourseNotOpen(GatewayError):
    """Not enrolled, and the course is not one that people may enrol themselves in, or their enrolment did not last."""

    code = "course-not-open"


class AlreadyYours(GatewayError):
    """What should be bought is already there."""

    code = "already-yours"


class FreeOfCharge(GatewayError):
    """What should be bought costs nothing."""

    code = "free-of-charge"


class ForeignLink(GatewayError):
    """TalentLMS's link leads to a host that is not on the list (``TALENTLMS_LINK_HOSTS``)."""

    code = "foreign-link"
