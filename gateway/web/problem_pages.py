"""How each error is shown: the status of the answer, the sentences for a person, the button on the page.

A class without a row is shown as its nearest superclass that has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from gateway import errors
from gateway.errors import CouponRefused, GatewayError
from gateway.web.messages import text

WayOn: TypeAlias = Literal["again", "training", "sign-out"]
"""Where the button leads: the same address, ``/``, or ``/logout``."""


@dataclass(frozen=True)
class ProblemPage:
    """How an error is shown.

    Attributes:
        status: of the answer, 400 to 599.
        way_on: where the button leads.
        message: whose title, happened and advice the sentences are: message ids begin with it.
        title_of, happened_of, advice_of: of which message the sentence is instead: none stands in the catalogue twice.
        values: what the sentences name.
    """

    status: int
    way_on: WayOn
    message: str
    title_of: str = ""
    happened_of: str = ""
    advice_of: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def message_ids(self) -> tuple[str, str, str]:
        """The message ids of title, happened and advice."""
        return (
            f"{self.title_of or self.message}.title",
            f"{self.happened_of or self.message}.happened",
            f"{self.advice_of or self.message}.advice",
        )

    @property
    def title(self) -> str:
        """The heading."""
        return text(self.message_ids[0], **self.values)

    @property
    def happened(self) -> str:
        """A sentence on what happened."""
        return text(self.message_ids[1], **self.values)

    @property
    def advice(self) -> str:
        """What the person can do about it."""
        return text(self.message_ids[2], **self.values)


PAGES: Mapping[type[GatewayError], ProblemPage] = {
    errors.GatewayError: ProblemPage(500, "again", "internal-error"),
    errors.PageNotFound: ProblemPage(404, "training", "page-not-found"),
    errors.MethodNotAllowed: ProblemPage(405, "training", "method-not-allowed"),
    errors.BadRequest: ProblemPage(400, "training", "bad-request"),
    errors.TooLong: ProblemPage(413, "training", "too-long", advice_of="bad-request"),
    errors.FormExpired: ProblemPage(403, "training", "form-expired"),
    errors.TooManyAttempts: ProblemPage(429, "training", "too-many-attempts"),
    errors.NotANavigation: ProblemPage(401, "training", "not-a-navigation"),
    errors.PasswordRefused: ProblemPage(401, "training", "password-refused"),
    errors.SignInInterrupted: ProblemPage(400, "again", "sign-in-interrupted"),
    errors.SignInDenied: ProblemPage(403, "again", "sign-in-denied"),
    errors.SignInNotTrusted: ProblemPage(502, "again", "sign-in-not-trusted"),
    errors.SignInMisconfigured: ProblemPage(502, "again", "sign-in-misconfigured"),
    errors.ProviderUnavailable: ProblemPage(503, "again", "provider-unavailable"),
    errors.ProviderUnreachable: ProblemPage(503, "again", "provider-unreachable"),
    errors.EmailMissing: ProblemPage(403, "sign-out", "email-missing"),
    errors.EmailMalformed: ProblemPage(403, "sign-out", "email-malformed"),
    errors.EmailNotVerified: ProblemPage(403, "sign-out", "email-not-verified"),
    errors.AccountNotALearner: ProblemPage(403, "sign-out", "account-not-a-learner"),
    errors.AccountTaken: ProblemPage(403, "sign-out", "account-taken"),
    errors.SignUpRefused: ProblemPage(403, "sign-out", "sign-up-refused"),
    errors.ProvisioningBusy: ProblemPage(503, "again", "provisioning-busy", advice_of="talentlms-throttled"),
    errors.CourseNotOpen: ProblemPage(403, "training", "course-not-open"),
    errors.AlreadyYours: ProblemPage(409, "training", "already-yours"),
    errors.ForeignLink: ProblemPage(502, "again", "foreign-link"),
    errors.DatabaseUnavailable: ProblemPage(503, "again", "database-unavailable"),
    errors.StoreUnavailable: ProblemPage(503, "again", "store-unavailable"),
    errors.TalentLMSError: ProblemPage(502, "again", "talentlms-error", advice_of="internal-error"),
    errors.WeakPassword: ProblemPage(403, "sign-out", "talentlms-weak-password", title_of="sign-up-refused"),
    errors.SeatsUsedUp: ProblemPage(403, "sign-out", "seats-used-up"),
    errors.FieldRequired: ProblemPage(403, "sign-out", "field-required"),
    errors.CouponRefused: ProblemPage(422, "training", "coupon-refused"),
    errors.NotForSale: ProblemPage(403, "training", "not-for-sale"),
    errors.Unauthorized: ProblemPage(
        502, "again", "talentlms-unauthorized", title_of="talentlms-error", advice_of="internal-error"
    ),
    errors.Forbidden: ProblemPage(
        502, "again", "talentlms-forbidden", title_of="talentlms-error", advice_of="internal-error"
    ),
    errors.NotFound: ProblemPage(404, "training", "talentlms-not-found"),
    errors.UserNotFound: ProblemPage(
        404, "training", "user-not-found", title_of="talentlms-not-found", advice_of="talentlms-not-found"
    ),
    errors.CourseNotFound: ProblemPage(404, "training", "course-not-found", advice_of="talentlms-not-found"),
    errors.CategoryNotFound: ProblemPage(404, "training", "category-not-found", advice_of="talentlms-not-found"),
    errors.Gone: ProblemPage(403, "sign-out", "account-archived"),
    errors.AccountInactive: ProblemPage(403, "sign-out", "account-inactive"),
    errors.Conflict: ProblemPage(409, "again", "talentlms-error", advice_of="internal-error"),
    errors.Unwritable: ProblemPage(400, "training", "talentlms-unwritable", title_of="bad-request"),
    errors.Throttled: ProblemPage(503, "again", "talentlms-throttled"),
    errors.Queued: ProblemPage(503, "again", "queued", happened_of="talentlms-throttled"),
    errors.PersonQueued: ProblemPage(503, "again", "person-queued", title_of="queued", advice_of="talentlms-throttled"),
    errors.Unavailable: ProblemPage(503, "again", "talentlms-unavailable"),
    errors.Misunderstood: ProblemPage(
        502, "again", "talentlms-misunderstood", title_of="talentlms-error", advice_of="internal-error"
    ),
}


def page_of(kind: type[GatewayError]) -> ProblemPage:
    """Return how errors of a class are shown."""
    return next(PAGES[each] for each in kind.__mro__ if each in PAGES)


def page_for(error: GatewayError) -> ProblemPage:
    """Return how an error is shown, with what it names."""
    page = page_of(type(error))
    if isinstance(error, CouponRefused) and error.coupon:
        return replace(page, happened_of="coupon-refused-by-name", values={"coupon": error.coupon})
    return page
