"""Everything that can go wrong, as one tree.

A class is a status, a code and three sentences for the person who meets it. It is born at the wall of the room
that knows the foreign library and shown at one door, ``gateway/web/problems.py``. What the operator needs to know
besides stands in ``note`` and goes to the log, never to the page.

    GatewayError
    ├── VisitorError                  something about this request
    │   ├── PageNotFound              404  no such address
    │   ├── MethodNotAllowed          405  the address exists, but not for this method
    │   ├── BadRequest                400  a parameter twice, a body too long, a malformed value
    │   ├── TooLong                   413  a form or a body that is longer than any of ours
    │   ├── FormExpired               403  a form without its token, or from another site
    │   ├── TooManyAttempts           429  sign-ins that failed, too many of them
    │   ├── NotANavigation            401  a script asked for an address that only a person should visit
    │   └── PasswordRefused           401  user name or password not accepted by TalentLMS
    ├── SignInError                   the round trip to the identity provider
    │   ├── SignInInterrupted         400  unknown, expired, used, or another browser's
    │   ├── SignInDenied              403  the provider, or the person there, said no
    │   ├── SignInNotTrusted          502  the provider's answer failed a check
    │   ├── SignInMisconfigured       502  the provider refuses what we are configured to ask
    │   └── ProviderUnavailable       503  the provider does not answer, or is at fault
    │       └── ProviderUnreachable   503  no connection: name, network, certificate
    ├── ProvisioningRefused           this person cannot be given a TalentLMS account here
    │   ├── EmailMissing              403
    │   ├── EmailMalformed            403  what came in place of an address is none
    │   ├── EmailNotVerified          403  an account with this address exists, and nobody vouches for the address
    │   ├── AccountNotALearner        403  the account that matches is an administrator's or the like
    │   ├── AccountTaken              403  the account that matches belongs to another identity
    │   ├── AccountInactive           403
    │   ├── SignUpRefused             403  TalentLMS does not accept the sign-up
    │   └── ProvisioningBusy          503  another sign-up of the same person has not finished
    ├── CourseNotOpen                 403  not enrolled, and the course is not one to enrol oneself in
    ├── AlreadyYours                  409  what should be bought is already there
    ├── ForeignLink                   502  TalentLMS's link leads to a host that is not on the list
    ├── DatabaseUnavailable           503  the database cannot be reached
    ├── StoreUnavailable              503  Redis cannot be reached
    └── TalentLMSError                502  what TalentLMS answered, or did not
        ├── InvalidRequest            502  400: arguments it does not accept
        │   ├── WeakPassword
        │   ├── SeatsUsedUp           403  the plan has no room for another user
        │   ├── FieldRequired         403  a mandatory custom field was left out
        │   ├── CouponRefused         422  no such coupon, or not for this
        │   └── NotForSale            403  no payments are taken for it
        ├── Unauthorized              502  401: the API key
        ├── Forbidden                 502  403: API off, domain inactive
        ├── NotFound                  404  404: no such thing
        │   ├── UserNotFound
        │   ├── CourseNotFound
        │   ├── CategoryNotFound
        │   ├── GroupNotFound
        │   ├── BranchNotFound
        │   └── UnitNotFound
        ├── Gone                      403  an archived user
        ├── Conflict                  409  already exists
        │   └── AlreadyMember         409  already enrolled, already in the group or branch
        ├── NotAMember                409  not in the group or branch
        │   └── NotEnrolled           403  not in the course
        ├── Inactive                  403  the account is inactive
        ├── WrongPassword             401
        ├── NotOnline                 409  userlogout of somebody who is not signed in
        ├── Unwritable                400  a value that the wire cannot carry
        ├── Throttled                 503  with when to come back
        │   └── Queued                503  not asked yet: the budget gives the call a later time
        │       └── PersonQueued      503  likewise, because of what this person has spent
        ├── Unavailable               503  no answer, or a 5xx
        └── Misunderstood             502  an answer that is no answer: HTML, half a body, missing keys
"""


class GatewayError(Exception):
    """The root: something that a person or a machine is told, with a reference code.

    A class's ``way_on`` is the button on its page: ``again`` (the same address), ``training`` (``/``), ``sign-out``, or
    empty for none.

    Args:
        note: for the operator; what exactly was wrong. Never shown to the visitor, never a secret.
        retry_after: seconds after which trying again makes sense, if known.
    """

    status = 500
    code = "internal-error"
    title = "Something went wrong"
    happened = "The gateway met a fault of its own."
    advice = "Please try again in a moment. If it happens again, tell the help desk the reference below."
    way_on = "again"

    def __init__(self, note: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(note or self.title)
        self.note = note
        self.retry_after = retry_after


# --- this request ----------------------------------------------------------------------------------------------


class VisitorError(GatewayError):
    """Something about this request."""

    status = 400
    way_on = "training"


class PageNotFound(VisitorError):
    """No such address."""

    status = 404
    code = "page-not-found"
    title = "Page not found"
    happened = "There is nothing at this address."
    advice = "Check the link you followed, or go to your training."


class MethodNotAllowed(VisitorError):
    """The address exists, but not for this method."""

    status = 405
    code = "method-not-allowed"
    title = "This address cannot be used that way"
    happened = "The address exists, but not for this kind of request."
    advice = "Go to your training and use the buttons there."


class BadRequest(VisitorError):
    """A parameter twice, a malformed value, a body too long."""

    code = "bad-request"
    title = "The request could not be read"
    happened = "Something in the address or the form is missing, malformed or there twice."
    advice = "Go back and try again from the page where you started."


class TooLong(VisitorError):
    """A form or a body that is longer than any of ours."""

    status = 413
    code = "too-long"
    title = "That was too long"
    happened = "What was sent is longer than anything this site asks for."
    advice = "Go back and try again from the page where you started."


class FormExpired(VisitorError):
    """A form without its token, with another session's token, or sent from another site."""

    status = 403
    code = "form-expired"
    title = "This form is no longer valid"
    happened = "The page was open for too long, or the form did not come from this site."
    advice = "Open the page again and repeat what you did. Nothing was changed."


class TooManyAttempts(VisitorError):
    """Too many sign-ins failed from this address or for this person."""

    status = 429
    code = "too-many-attempts"
    title = "Too many attempts"
    happened = "Too many sign-ins did not succeed."
    advice = "Please wait a few minutes before you try again."


class NotANavigation(VisitorError):
    """A script asked for an address that only a person's browser should visit."""

    status = 401
    code = "not-a-navigation"
    title = "Sign-in needs a page of its own"
    happened = "A sign-in can only be started by opening a page, not from inside another one."
    advice = "Open the page in its own browser tab."


class PasswordRefused(VisitorError):
    """User name or password not accepted; one message for every reason."""

    status = 401
    code = "password-refused"
    title = "That did not work"
    happened = "The user name or the password is not right, or the account cannot be used."
    advice = "Check both and try again."


# --- the round trip to the identity provider -------------------------------------------------------------------


class SignInError(GatewayError):
    """The round trip to the identity provider."""


class SignInInterrupted(SignInError):
    """A sign-in that is unknown, expired, used up, or was begun in another browser."""

    status = 400
    code = "sign-in-interrupted"
    title = "Please sign in once more"
    happened = "This sign-in may have taken too long, been used already, or been started in another browser."
    advice = "Use the button to start again. It only takes a moment."


class SignInDenied(SignInError):
    """The provider, or the person there, said no."""

    status = 403
    code = "sign-in-denied"
    title = "You were not signed in"
    happened = "The sign-in was cancelled, or your organisation does not allow it for your account."
    advice = "Try again, or ask your help desk whether you may use the training site."


class SignInNotTrusted(SignInError):
    """The provider's answer failed a check (Core 3.1.3.7 and the like)."""

    status = 502
    code = "sign-in-not-trusted"
    title = "The sign-in could not be verified"
    happened = "The answer of the sign-in service did not pass a safety check, so you were not signed in."
    advice = "Please try again. If it happens again, tell the help desk the reference below."


class SignInMisconfigured(SignInError):
    """The identity provider refuses what the gateway is configured to ask: scope, secret, and the like."""

    status = 502
    code = "sign-in-misconfigured"
    title = "The sign-in is not set up correctly"
    happened = "Your organisation's sign-in service refused the request of this site. It is nothing that you did."
    advice = "Your help desk has to look at this. Tell them the reference below."


class ProviderUnavailable(SignInError):
    """The identity provider does not answer in time, or answers with a fault of its own."""

    status = 503
    code = "provider-unavailable"
    title = "The sign-in service is not answering"
    happened = "Your organisation's sign-in service does not answer as it should at the moment."
    advice = "Please try again in a few minutes."


class ProviderUnreachable(ProviderUnavailable):
    """No connection to the identity provider: its name, the network, or its certificate."""

    code = "provider-unreachable"
    title = "The sign-in service cannot be reached"
    happened = "This site cannot connect to your organisation's sign-in service."
    advice = "Please try again in a few minutes. If it stays like this, tell your help desk the reference below."


# --- finding or creating the account ---------------------------------------------------------------------------


class ProvisioningRefused(GatewayError):
    """This person cannot be given a TalentLMS account here. ``note`` says the remedy, for the audit trail."""

    status = 403
    way_on = "sign-out"


class EmailMissing(ProvisioningRefused):
    """No e-mail address among the claims, and TalentLMS needs one."""

    code = "email-missing"
    title = "Your e-mail address is missing"
    happened = "Your organisation's sign-in service did not tell us your e-mail address."
    advice = "Ask your help desk to add an e-mail address to your account."


class EmailMalformed(ProvisioningRefused):
    """The claim with the e-mail address holds something that is not one whole address."""

    code = "email-malformed"
    title = "Your e-mail address cannot be used"
    happened = "What your organisation's sign-in service told us as your e-mail address is not a complete address."
    advice = "Ask your help desk to correct the e-mail address in your account."


class EmailNotVerified(ProvisioningRefused):
    """An account with this address exists, and nobody vouches that the address is this person's."""

    code = "email-not-verified"
    title = "Your e-mail address is not confirmed"
    happened = "There is a training account with your e-mail address, but nobody has confirmed that it is yours."
    advice = "Ask your help desk to confirm your e-mail address, or to connect your training account."


class AccountNotALearner(ProvisioningRefused):
    """The account that matches is an administrator's, an instructor's or the like."""

    code = "account-not-a-learner"
    title = "This account cannot be opened here"
    happened = "The training account with your details has special rights and is not opened by single sign-on."
    advice = "Sign in to the training site directly, or ask your help desk."


class AccountTaken(ProvisioningRefused):
    """The account that matches already belongs to another (issuer, subject).

    Args:
        note: as for every error.
        issuer: of the other sign-in, where the person may have it too; empty where that helps nobody.
    """

    code = "account-taken"
    title = "This account belongs to another sign-in"
    happened = "The training account with your details is already connected to another sign-in."
    advice = "If that sign-in is yours too, use it. Otherwise ask your help desk to connect the account to you."

    def __init__(self, note: str = "", *, issuer: str = "") -> None:
        super().__init__(note)
        self.issuer = issuer


class AccountInactive(ProvisioningRefused):
    """The account exists and is inactive."""

    code = "account-inactive"
    title = "Your training account is not active"
    happened = "There is a training account for you, but it has been switched off."
    advice = "Ask your help desk to activate it."


class SignUpRefused(ProvisioningRefused):
    """TalentLMS does not accept what a sign-up says of the person, and trying again changes nothing."""

    code = "sign-up-refused"
    title = "Your training account could not be made"
    happened = "The training site does not accept what your organisation's sign-in service tells about you."
    advice = "Ask your help desk to look into it; the reference below leads them to the reason."


class ProvisioningBusy(ProvisioningRefused):
    """Another sign-up of the same person has not finished in time."""

    status = 503
    code = "provisioning-busy"
    title = "Your account is being prepared"
    happened = "Your training account is being set up in another tab or window."
    advice = "Please try again in a moment."
    way_on = "again"


# --- the way to the link ---------------------------------------------------------------------------------------


class CourseNotOpen(GatewayError):
    """Not enrolled, and the course is not one that people may enrol themselves in."""

    status = 403
    code = "course-not-open"
    title = "You are not enrolled in this course"
    happened = "The course exists, but you have not been enrolled in it."
    advice = "Ask your manager or your help desk to enrol you."
    way_on = "training"


class AlreadyYours(GatewayError):
    """What should be bought is already there."""

    status = 409
    code = "already-yours"
    title = "You already have this"
    happened = "There is nothing to pay: you are already enrolled."
    advice = "You find it among your courses."
    way_on = "training"


class ForeignLink(GatewayError):
    """TalentLMS's link leads to a host that is not on the list (``TALENTLMS_LINK_HOSTS``)."""

    status = 502
    code = "foreign-link"
    title = "The training site sent an unexpected link"
    happened = "The link that the training site gave us leads somewhere we do not know, so we did not follow it."
    advice = "Please tell the help desk the reference below."


class DatabaseUnavailable(GatewayError):
    """The database cannot be reached, or is at fault. Nobody is given an account by guess."""

    status = 503
    code = "database-unavailable"
    title = "Sign-ins have to wait a moment"
    happened = "The gateway cannot look up whose training account is whose at the moment."
    advice = "Please try again in a minute. If you are signed in already, your courses open as usual."


class StoreUnavailable(GatewayError):
    """Redis cannot be reached. No session is trusted, no access is granted."""

    status = 503
    code = "store-unavailable"
    title = "The gateway is not ready"
    happened = "The gateway cannot reach its own memory at the moment."
    advice = "Please try again in a minute. You will not have to sign in again."


# --- what TalentLMS answered -----------------------------------------------------------------------------------


class TalentLMSError(GatewayError):
    """What TalentLMS answered, or did not. ``note`` holds its own message, shortened."""

    status = 502
    code = "talentlms-error"
    title = "The training site answered with an error"
    happened = "The training site could not do what was asked of it."
    advice = "Please try again in a moment. If it happens again, tell the help desk the reference below."


class InvalidRequest(TalentLMSError):
    """400: arguments that it does not accept."""

    code = "talentlms-invalid-request"


class WeakPassword(InvalidRequest):
    """400: the password does not meet the domain's strength rule."""

    code = "talentlms-weak-password"


class SeatsUsedUp(InvalidRequest):
    """The plan has no room for another active user."""

    status = 403
    code = "seats-used-up"
    title = "All places are taken"
    happened = (
        "The training site has as many active accounts as it may have, so there is no room for yours at the moment."
    )
    advice = "Ask your help desk to make room for you. Trying again helps only after that."
    way_on = "sign-out"


class FieldRequired(InvalidRequest):
    """A custom field that the domain has made mandatory was left out."""

    status = 403
    code = "field-required"
    title = "The training site wants to know more"
    happened = "A training account needs a detail that your organisation's sign-in service does not tell us."
    advice = "Ask your help desk to have it told, or to make you an account by hand."
    way_on = "sign-out"


class CouponRefused(InvalidRequest):
    """There is no such coupon, or it is not accepted for this.

    Args:
        note: as for every error.
        coupon: as it came with the click; empty where that is not known.
    """

    status = 422
    code = "coupon-refused"
    title = "This coupon is not accepted"
    happened = "The training site does not accept the coupon."
    advice = "It may be misspelt, expired, used up, or meant for something else. Correct it, or continue without it."
    way_on = "training"

    def __init__(self, note: str = "", *, coupon: str = "") -> None:
        super().__init__(note)
        if coupon:
            self.happened = f"The training site does not accept the coupon “{coupon}”."


class NotForSale(InvalidRequest):
    """No payments are taken, or there is nothing to be bought."""

    status = 403
    code = "not-for-sale"
    title = "This cannot be bought here"
    happened = "The training site takes no payment for this."
    advice = "Ask your help desk how you can get it."
    way_on = "training"


class Unauthorized(TalentLMSError):
    """401: the API key is not accepted."""

    code = "talentlms-unauthorized"
    happened = "The training site does not accept the gateway's key."


class Forbidden(TalentLMSError):
    """403: the API is switched off, or the domain is inactive."""

    code = "talentlms-forbidden"
    happened = "The training site does not let the gateway in."


class NotFound(TalentLMSError):
    """404: the thing asked for does not exist."""

    status = 404
    code = "talentlms-not-found"
    title = "Not found on the training site"
    happened = "The training site does not know what was asked for."
    advice = "Check the link you followed, or ask your help desk."
    way_on = "training"


class UserNotFound(NotFound):
    """404: TalentLMS says explicitly that the user does not exist."""

    code = "user-not-found"
    happened = "Your training account no longer exists."


class CourseNotFound(NotFound):
    """404: no such course, neither by id nor by slug."""

    code = "course-not-found"
    title = "Course not found"
    happened = "There is no such course."


class CategoryNotFound(NotFound):
    """404: no such category, neither by id nor by slug."""

    code = "category-not-found"
    title = "Category not found"
    happened = "There is no such category of courses."


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

    status = 403
    code = "account-archived"
    title = "Your training account was removed"
    happened = "There was a training account for you, but it has been archived."
    advice = "Ask your help desk to restore it."
    way_on = "sign-out"


class Conflict(TalentLMSError):
    """What should be created already exists."""

    status = 409
    code = "talentlms-conflict"


class AlreadyMember(Conflict):
    """Already enrolled in the course, already a member of the group or branch."""

    code = "talentlms-already-member"


class NotAMember(TalentLMSError):
    """Not a member of the group or branch."""

    status = 409
    code = "talentlms-not-a-member"


class NotEnrolled(NotAMember):
    """The user is not enrolled in this course."""

    status = 403
    code = "not-enrolled"
    title = "You are not enrolled in this course"
    happened = "The course exists, but you have not been enrolled in it."
    advice = "Ask your manager or your help desk to enrol you."
    way_on = "training"


class Inactive(TalentLMSError):
    """The account is inactive."""

    status = 403
    code = "account-inactive"
    title = "Your training account is not active"
    happened = "There is a training account for you, but it has been switched off."
    advice = "Ask your help desk to activate it."
    way_on = "sign-out"


class WrongPassword(TalentLMSError):
    """Login or password not accepted; TalentLMS says the same for an unknown login."""

    status = 401
    code = "talentlms-wrong-password"


class NotOnline(TalentLMSError):
    """The user whom ``userlogout`` should sign out is not signed in."""

    status = 409
    code = "talentlms-not-online"


class Unwritable(TalentLMSError):
    """A value that TalentLMS's way of writing arguments cannot carry; refused before any call."""

    status = 400
    code = "talentlms-unwritable"
    title = "The request could not be read"
    happened = "Something in the address cannot be passed on to the training site."
    advice = "Check the link you followed."
    way_on = "training"


class Throttled(TalentLMSError):
    """Too many calls; ``retry_after`` says when to come back."""

    status = 503
    code = "talentlms-throttled"
    title = "The training site is very busy"
    happened = "Many people are going to their training at the moment."
    advice = "Please try again in a moment."


class Queued(Throttled):
    """The budget has no call for now; there is a place in the queue, and a time.

    Args:
        wait: about how many seconds until the call's time.
        back: after how many seconds to ask again, so that the place is kept.
    """

    code = "queued"
    title = "One moment, please"
    advice = "Please try again in a moment. Your place is kept."

    def __init__(self, wait: float, back: float) -> None:
        super().__init__("the budget of calls is spent", retry_after=max(1, int(back)))
        self.wait = wait


class PersonQueued(Queued):
    """This person has spent their calls for now; nobody else has to wait."""

    code = "person-queued"
    happened = "You have opened many pages in a short time."
    advice = "Please try again in a moment."


class Unavailable(TalentLMSError):
    """No answer in time, no connection, or a 5xx."""

    status = 503
    code = "talentlms-unavailable"
    title = "The training site is not answering"
    happened = "The training site cannot be reached or has a problem of its own."
    advice = "Please try again in a few minutes. You stay signed in here."


class Misunderstood(TalentLMSError):
    """An answer that is none: HTML, half a body, too long, keys missing."""

    code = "talentlms-misunderstood"
    happened = "The training site's answer could not be read."
