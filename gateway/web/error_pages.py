"""How each error is shown: the status of the answer, the sentences for a person, the button on the page.

A class without a row is shown as its nearest superclass that has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from gateway import errors
from gateway.errors import CouponRefused, GatewayError
from gateway.web.message_catalog import text

WayOn: TypeAlias = Literal["again", "training", "sign-out"]
"""Where the button leads: the same address, ``/``, or ``/logout``."""


@dataclass(frozen=True)
class ErrorPage:
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


PAGES: Mapping[type[GatewayError], ErrorPage] = {
    errors.GatewayError: ErrorPage(500, "again", "internal-error"),
    errors.PageNotFound: ErrorPage(404, "training", "page-not-found"),
    errors.MethodNotAllowed: ErrorPage(405, "training", "method-not-allowed"),
    errors.BadRequest: ErrorPage(400, "training", "bad-request"),
    errors.TooLong: ErrorPage(413, "training", "too-long", advice_of="bad-request"),
    errors.FormExpired: ErrorPage(403, "training", "form-expired"),
    errors.TooManyAttempts: ErrorPage(429, "training", "too-many-attempts"),
    errors.NotANavigation: ErrorPage(401, "training", "not-a-navigation"),
    errors.PasswordRefused: ErrorPage(401, "training", "password-refused"),
    errors.SignInInterrupted: ErrorPage(400, "again", "sign-in-interrupted"),
    errors.SignInDenied: ErrorPage(403, "again", "sign-in-denied"),
    errors.NoRuleHolds: ErrorPage(403, "again", "no-rule-holds", title_of="sign-in-denied"),
    errors.PersonDeactivated: ErrorPage(403, "again", "person-deactivated", title_of="sign-in-denied"),
    errors.GroupsLeftOut: ErrorPage(403, "again", "groups-left-out", title_of="sign-in-denied"),
    errors.SignInNotTrusted: ErrorPage(502, "again", "sign-in-not-trusted"),
    errors.SignInMisconfigured: ErrorPage(502, "again", "sign-in-misconfigured"),
    errors.ProviderUnavailable: ErrorPage(503, "again", "provider-unavailable"),
    errors.ProviderUnreachable: ErrorPage(503, "again", "provider-unreachable"),
    errors.EmailMissing: ErrorPage(403, "sign-out", "email-missing"),
    errors.EmailMalformed: ErrorPage(403, "sign-out", "email-malformed"),
    errors.EmailNotVerified: ErrorPage(403, "sign-out", "email-not-verified"),
    errors.AccountNotALearner: ErrorPage(403, "sign-out", "account-not-a-learner"),
    errors.AccountTaken: ErrorPage(403, "sign-out", "account-taken"),
    errors.UsernameTaken: ErrorPage(403, "sign-out", "username-taken"),
    errors.SignUpRefused: ErrorPage(403, "sign-out", "sign-up-refused"),
    errors.ProvisioningBusy: ErrorPage(503, "again", "provisioning-busy", advice_of="talentlms-throttled"),
    errors.CourseNotOpen: ErrorPage(403, "training", "course-not-open"),
    errors.ApiKeyRefused: ErrorPage(401, "training", "api-key-refused"),
    errors.RequestMembersRefused: ErrorPage(422, "training", "request-members-refused", title_of="bad-request"),
    errors.RequestKeyReused: ErrorPage(409, "training", "request-key-reused"),
    errors.TooManyLaunches: ErrorPage(429, "training", "too-many-launches"),
    errors.LaunchUsed: ErrorPage(410, "training", "launch-used"),
    errors.LaunchExpired: ErrorPage(410, "training", "launch-expired", advice_of="launch-used"),
    errors.CodeUnknown: ErrorPage(404, "training", "redeem-code-unknown"),
    errors.CodeUsed: ErrorPage(410, "training", "redeem-code-used"),
    errors.CodeRefunded: ErrorPage(403, "training", "redeem-code-refunded"),
    errors.SeatNotReady: ErrorPage(503, "again", "seat-not-ready"),
    errors.WebhookUnsigned: ErrorPage(401, "training", "webhook-unsigned"),
    errors.WebhookSignatureWrong: ErrorPage(
        401, "training", "webhook-signature-wrong", title_of="webhook-unsigned", advice_of="webhook-unsigned"
    ),
    errors.WebhookStale: ErrorPage(401, "training", "webhook-stale", title_of="webhook-unsigned"),
    errors.WebhookUnreadable: ErrorPage(400, "training", "webhook-unreadable", title_of="bad-request"),
    errors.WebhooksBusy: ErrorPage(503, "again", "webhooks-busy", title_of="queued", advice_of="talentlms-throttled"),
    errors.ShopError: ErrorPage(502, "again", "shop-error", advice_of="internal-error"),
    errors.HandoffRefused: ErrorPage(403, "training", "handoff-refused"),
    errors.HandoffUsed: ErrorPage(410, "training", "handoff-used", advice_of="handoff-refused"),
    errors.HandoffKeysUnavailable: ErrorPage(503, "again", "handoff-keys-unavailable"),
    errors.AlreadyYours: ErrorPage(409, "training", "already-yours"),
    errors.FreeOfCharge: ErrorPage(409, "training", "free-of-charge"),
    errors.ForeignLink: ErrorPage(502, "training", "foreign-link"),
    errors.DatabaseUnavailable: ErrorPage(503, "again", "database-unavailable"),
    errors.StoreUnavailable: ErrorPage(503, "again", "store-unavailable"),
    errors.TalentLMSError: ErrorPage(502, "again", "talentlms-error", advice_of="internal-error"),
    errors.DryRun: ErrorPage(503, "again", "dry-run"),
    errors.WeakPassword: ErrorPage(403, "sign-out", "talentlms-weak-password", title_of="sign-up-refused"),
    errors.SeatsUsedUp: ErrorPage(403, "sign-out", "seats-used-up"),
    errors.FieldRequired: ErrorPage(403, "sign-out", "field-required"),
    errors.CouponRefused: ErrorPage(422, "training", "coupon-refused"),
    errors.NotForSale: ErrorPage(403, "training", "not-for-sale"),
    errors.Unauthorized: ErrorPage(
        502, "again", "talentlms-unauthorized", title_of="talentlms-error", advice_of="internal-error"
    ),
    errors.Forbidden: ErrorPage(
        502, "again", "talentlms-forbidden", title_of="talentlms-error", advice_of="internal-error"
    ),
    errors.NotFound: ErrorPage(404, "training", "talentlms-not-found"),
    errors.UserNotFound: ErrorPage(
        404, "training", "user-not-found", title_of="talentlms-not-found", advice_of="talentlms-not-found"
    ),
    errors.CourseNotFound: ErrorPage(404, "training", "course-not-found", advice_of="talentlms-not-found"),
    errors.CategoryNotFound: ErrorPage(404, "training", "category-not-found", advice_of="talentlms-not-found"),
    errors.Gone: ErrorPage(403, "sign-out", "account-archived"),
    errors.AccountInactive: ErrorPage(403, "sign-out", "account-inactive"),
    errors.Conflict: ErrorPage(409, "again", "talentlms-error", advice_of="internal-error"),
    errors.Unwritable: ErrorPage(400, "training", "talentlms-unwritable", title_of="bad-request"),
    errors.Throttled: ErrorPage(503, "again", "talentlms-throttled"),
    errors.Queued: ErrorPage(503, "again", "queued", happened_of="talentlms-throttled"),
    errors.PersonQueued: ErrorPage(503, "again", "person-queued", title_of="queued", advice_of="talentlms-throttled"),
    errors.Unavailable: ErrorPage(503, "again", "talentlms-unavailable"),
    errors.Misunderstood: ErrorPage(
        502, "again", "talentlms-misunderstood", title_of="talentlms-error", advice_of="internal-error"
    ),
}


def page_of(kind: type[GatewayError]) -> ErrorPage:
    """Return how errors of a class are shown."""
    return next(PAGES[each] for each in kind.__mro__ if each in PAGES)


def page_for(error: GatewayError) -> ErrorPage:
    """Return how an error is shown, with what it names."""
    page = page_of(type(error))
    if isinstance(error, CouponRefused) and error.coupon:
        return replace(page, happened_of="coupon-refused-by-name", values={"coupon": error.coupon})
    return page
