"""Everything that can go wrong, as one tree.

A class is a stable code and what belongs to the error itself. A foreign library's exception becomes one of them in the
package that knows the library. None of them knows a page: the status, the sentences and the button with which it is
shown are a row in ``gateway/web/problem_pages.py``. What the operator needs to know besides stands in ``note`` and goes
to the log, never to the page.

    GatewayError
    ├── VisitorError                  something about this request
    │   ├── PageNotFound              no such address
    │   ├── MethodNotAllowed          the address exists, but not for this method
    │   ├── BadRequest                a parameter twice, a malformed value
    │   ├── TooLong                   a form or a body that is longer than any of ours
    │   ├── FormExpired               a form without its token, or from another site
    │   ├── TooManyAttempts           sign-ins that failed, too many of them
    │   ├── NotANavigation            a script asked for an address that only a person should visit
    │   └── PasswordRefused           user name or password not accepted by TalentLMS
    ├── SignInError                   the round trip to the identity provider
    │   ├── SignInInterrupted         unknown, expired, used, or another browser's
    │   ├── SignInDenied              the provider, or the person there, said no
    │   ├── SignInNotTrusted          the provider's answer failed a check
    │   ├── SignInMisconfigured       the provider refuses what we are configured to ask
    │   └── ProviderUnavailable       the provider does not answer, or is at fault
    │       └── ProviderUnreachable   no connection: name, network, certificate
    ├── ProvisioningRefused           this person cannot be given a TalentLMS account here
    │   ├── EmailMissing
    │   ├── EmailMalformed            what came in place of an address is none
    │   ├── EmailNotVerified          an account with this address exists, and nobody vouches for the address
    │   ├── AccountNotALearner        the account that matches is an administrator's or the like
    │   ├── AccountTaken              the account that matches belongs to another identity
    │   ├── SignUpRefused             TalentLMS does not accept the sign-up
    │   └── ProvisioningBusy          another sign-up of the same person has not finished
    ├── CourseNotOpen                 not enrolled, and the course is not one to enrol oneself in
    ├── AlreadyYours                  what should be bought is already there
    ├── ForeignLink                   TalentLMS's link leads to a host that is not on the list
    ├── DatabaseUnavailable           the database cannot be reached
    ├── StoreUnavailable              Redis cannot be reached
    └── TalentLMSError                what TalentLMS answered, or did not
        ├── InvalidRequest            400: arguments it does not accept
        │   ├── WeakPassword
        │   ├── SeatsUsedUp           the plan has no room for another user
        │   ├── FieldRequired         a mandatory custom field was left out
        │   ├── CouponRefused         no such coupon, or not for this
        │   └── NotForSale            no payments are taken for it
        ├── Unauthorized              401: the API key
        ├── Forbidden                 403: API off, domain inactive
        ├── NotFound                  404: no such thing
        │   ├── UserNotFound
        │   ├── CourseNotFound
        │   ├── CategoryNotFound
        │   ├── GroupNotFound
        │   ├── BranchNotFound
        │   └── UnitNotFound
        ├── Gone                      an archived user
        ├── AccountInactive           an inactive user
        ├── Conflict                  already exists
        │   └── AlreadyMember         already enrolled, already in the group or branch
        ├── NotAMember                not in the group or branch
        │   └── NotEnrolled           not in the course
        ├── WrongPassword             login or password not accepted
        ├── NotOnline                 userlogout of somebody who is not signed in
        ├── Unwritable                a value that the wire cannot carry
        ├── Throttled                 with when to come back
        │   └── Queued                not asked yet: the budget gives the call a later time
        │       └── PersonQueued      likewise, because of what this person has spent
        ├── Unavailable               no answer, or a 5xx
        └── Misunderstood             an answer that is no answer: HTML, half a body, missing keys
"""

from gateway.errors.accounts import (
    AccountNotALearner,
    AccountTaken,
    EmailMalformed,
    EmailMissing,
    EmailNotVerified,
    ProvisioningBusy,
    ProvisioningRefused,
    SignUpRefused,
)
from gateway.errors.links import AlreadyYours, CourseNotOpen, ForeignLink
from gateway.errors.memory import DatabaseUnavailable, StoreUnavailable
from gateway.errors.request import (
    BadRequest,
    FormExpired,
    MethodNotAllowed,
    NotANavigation,
    PageNotFound,
    PasswordRefused,
    TooLong,
    TooManyAttempts,
    VisitorError,
)
from gateway.errors.root import GatewayError
from gateway.errors.sign_in import (
    ProviderUnavailable,
    ProviderUnreachable,
    SignInDenied,
    SignInError,
    SignInInterrupted,
    SignInMisconfigured,
    SignInNotTrusted,
)
from gateway.errors.talentlms import (
    AccountInactive,
    AlreadyMember,
    BranchNotFound,
    CategoryNotFound,
    Conflict,
    CouponRefused,
    CourseNotFound,
    FieldRequired,
    Forbidden,
    Gone,
    GroupNotFound,
    InvalidRequest,
    Misunderstood,
    NotAMember,
    NotEnrolled,
    NotForSale,
    NotFound,
    NotOnline,
    PersonQueued,
    Queued,
    SeatsUsedUp,
    TalentLMSError,
    Throttled,
    Unauthorized,
    Unavailable,
    UnitNotFound,
    Unwritable,
    UserNotFound,
    WeakPassword,
    WrongPassword,
)

__all__ = [
    "AccountInactive",
    "AccountNotALearner",
    "AccountTaken",
    "AlreadyMember",
    "AlreadyYours",
    "BadRequest",
    "BranchNotFound",
    "CategoryNotFound",
    "Conflict",
    "CouponRefused",
    "CourseNotFound",
    "CourseNotOpen",
    "DatabaseUnavailable",
    "EmailMalformed",
    "EmailMissing",
    "EmailNotVerified",
    "FieldRequired",
    "Forbidden",
    "ForeignLink",
    "FormExpired",
    "GatewayError",
    "Gone",
    "GroupNotFound",
    "InvalidRequest",
    "MethodNotAllowed",
    "Misunderstood",
    "NotAMember",
    "NotANavigation",
    "NotEnrolled",
    "NotForSale",
    "NotFound",
    "NotOnline",
    "PageNotFound",
    "PasswordRefused",
    "PersonQueued",
    "ProviderUnavailable",
    "ProviderUnreachable",
    "ProvisioningBusy",
    "ProvisioningRefused",
    "Queued",
    "SeatsUsedUp",
    "SignInDenied",
    "SignInError",
    "SignInInterrupted",
    "SignInMisconfigured",
    "SignInNotTrusted",
    "SignUpRefused",
    "StoreUnavailable",
    "TalentLMSError",
    "Throttled",
    "TooLong",
    "TooManyAttempts",
    "Unauthorized",
    "Unavailable",
    "UnitNotFound",
    "Unwritable",
    "UserNotFound",
    "VisitorError",
    "WeakPassword",
    "WrongPassword",
]
