"""What TalentLMS answered, or did not: the errors of its client."""

from gateway.errors.root import GatewayError


class TalentLMSError(GatewayError):
    """What TalentLMS answered, or did not. ``note`` holds its own message, shortened."""

    code = "talentlms-error"


class InvalidRequest(TalentLMSError):
    """400: arguments that it does not accept.

    Args:
        note: as for every error.
        names_detail: whether its text names an address, a user name, a first or a last name.
    """

    code = "talentlms-invalid-request"

    def __init__(self, note: str = "", *, names_detail: bool = False) -> None:
        super().__init__(note)
        self.names_detail = names_detail


class WeakPassword(InvalidRequest):
    """400: the password does not meet the domain's strength rule."""

    code = "talentlms-weak-password"


class SeatsUsedUp(InvalidRequest):
    """The plan has no room for another active user."""

    code = "seats-used-up"


class FieldRequired(InvalidRequest):
    """A custom field that the domain has made mandatory was left out."""

    code = "field-required"


class CouponRefused(InvalidRequest):
    """There is no such coupon, or it is not accepted for this.

    Args:
        note: as for every error.
        coupon: as it came with the click; empty where that is not known.
    """

    code = "coupon-refused"

    def __init__(self, note: str = "", *, coupon: str = "") -> None:
        super().__init__(note)
        self.coupon = coupon


class NotForSale(InvalidRequest):
    """No payments are taken, or there is nothing to be bought."""

    code = "not-for-sale"


class Unauthorized(TalentLMSError):
    """401: the API key is not accepted."""

    code = "talentlms-unauthorized"


class Forbidden(TalentLMSError):
    """403: the API is switched off, or the domain is inactive."""

    code = "talentlms-forbidden"


class NotFound(TalentLMSError):
    """404: the thing asked for does not exist."""

    code = "talentlms-not-found"


class UserNotFound(NotFound):
    """404: TalentLMS says explicitly that the user does not exist."""

    code = "user-not-found"


class CourseNotFound(NotFound):
    """404: no such course, neither by id nor by slug."""

    code = "course-not-found"


class CategoryNotFound(NotFound):
    """404: no such category, neither by id nor by slug."""

    code = "category-not-found"


class GroupNotFound(NotFound):
    """404: no such group, or no group with such a key."""

    code = "group-not-found"


class BranchNotFound(NotFound):
    """404: no such branch."""

    code = "branch-not-found"


class UnitNotFound(NotFound):
    """404: no such unit, test, survey or ILT session, or no progress registered for it."""

    code = "unit-not-found"


class Gone(TalentLMSError):
    """The user is archived: "is no longer available"."""

    code = "account-archived"


class Conflict(TalentLMSError):
    """What should be created already exists."""

    code = "talentlms-conflict"


class AlreadyMember(Conflict):
    """Already enrolled in the course, already a member of the group or branch."""

    code = "talentlms-already-member"


class NotAMember(TalentLMSError):
    """Not a member of the group or branch."""

    code = "talentlms-not-a-member"


class NotEnrolled(NotAMember):
    """The user is not enrolled in this course."""

    code = "not-enrolled"


class AccountInactive(TalentLMSError):
    """The account exists and is inactive: TalentLMS signs nobody in to it, or says so where it shows the account."""

    code = "account-inactive"


class WrongPassword(TalentLMSError):
    """Login or password not accepted; TalentLMS says the same for an unknown login."""

    code = "talentlms-wrong-password"


class NotOnline(TalentLMSError):
    """The user whom ``userlogout`` should sign out is not signed in."""

    code = "talentlms-not-online"


class Unwritable(TalentLMSError):
    """A value that TalentLMS's way of writing arguments cannot carry; refused before any call."""

    code = "talentlms-unwritable"


class DryRun(TalentLMSError):
    """A call that would have changed something, which the settings keep from being sent; no refusal of TalentLMS's."""

    code = "dry-run"
    is_unsent = True


class Throttled(TalentLMSError):
    """Too many calls; ``retry_after`` says when to come back."""

    code = "talentlms-throttled"


class Queued(Throttled):
    """The budget has no call for now; there is a place in the queue, and a time.

    Args:
        wait: about how many seconds until the call's time.
        back: after how many seconds to ask again, so that the place is kept.
    """

    code = "queued"
    is_unsent = True

    def __init__(self, wait: float, back: float) -> None:
        super().__init__("the budget of calls is spent", retry_after=max(1, int(back)))
        self.wait = wait


class PersonQueued(Queued):
    """This person has spent their calls for now; nobody else has to wait."""

    code = "person-queued"


class Unavailable(TalentLMSError):
    """No answer in time, no connection, or a 5xx."""

    code = "talentlms-unavailable"


class Misunderstood(TalentLMSError):
    """An answer that is none: HTML, half a body, too long, keys missing."""

    code = "talentlms-misunderstood"
