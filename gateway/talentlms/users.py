"""Users: look-ups, sign-in, sign-up and changes (API document, *Users*)."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count
from typing import Literal

from gateway.errors import AccountInactive, UserNotFound
from gateway.talentlms.endpoint import Family, get, nothing, post
from gateway.talentlms.refusals import ON_ACTIVATION, ON_CHANGE, ON_SIGN_UP
from gateway.talentlms.vocabulary import Status
from schemas.custom_field import CustomField, CustomFieldSchema
from schemas.link import Link
from schemas.reply import LOGIN_KEY, ONLINE, REDIRECT_URL, STATUS, USER_ID, one, several
from schemas.user import User, UserSchema

_USER = one(UserSchema)


class Users(Family):
    """Operations on users.

    What arguments mean in all of them:
        email: unique in the domain. In look-ups in lower case: how TalentLMS compares is not documented.
        login, username: likewise.
        password: has to meet the domain's strength rule. It goes into the form body and nowhere else.
        first_name, last_name: given name and family name.
        restrict_email: whether TalentLMS keeps from mailing the user.
        domain_url: the address that stands in a mail; default the domain's own.
    """

    @get("users", section="Retrieving all users", reply=several(UserSchema), safe=True, changes=False)
    def all(self, *, page_size: int | None = None, page_number: int | None = None) -> tuple[User, ...]:
        """Return all users, or one page of them; without their courses, each with a fresh link that signs them in.

        Args:
            page_size: how many users a page holds; all if left out.
            page_number: which page, from 1 on, the default.
        """

    def each(self, *, page_size: int = 100) -> Iterator[User]:
        """Go through all users, page by page, and give each of them once.

        It asks for pages until one brings nobody new, so it spends one call more than there are full pages, and trusts
        no page length: a page may hold fewer than were asked for.
        """
        seen: set[int] = set()
        for page_number in count(1):
            page = self.all(page_size=page_size, page_number=page_number)
            fresh = [user for user in page if user.user_id not in seen]
            if not fresh:
                return
            seen.update(user.user_id for user in fresh)
            yield from fresh

    def active_by_id(self, user_id: int) -> User:
        """Return a user as ``by_id`` does. Raises ``AccountInactive`` where the account is switched off."""
        user = self.by_id(user_id)
        if not user.active:
            raise AccountInactive(f"user {user_id} is inactive")
        return user

    @get(
        "users/id",
        section="Users",
        reply=_USER,
        safe=True,
        changes=False,
        missing=UserNotFound,
        names={"user_id": "id"},
    )
    def by_id(self, user_id: int) -> User:
        """Return a user with courses, and with a login key that is fresh."""

    @get("users/email", section="Users", reply=_USER, safe=True, changes=False, missing=UserNotFound, or_post=True)
    def by_email(self, email: str) -> User:
        """Return the user with this e-mail address, as ``by_id`` does. One that no path can carry goes as a form."""

    @get("users/username", section="Users", reply=_USER, safe=True, changes=False, missing=UserNotFound, or_post=True)
    def by_username(self, username: str) -> User:
        """Return the user with this login, as ``by_id`` does. One that no path can carry goes as a form."""

    @post("userlogin", section="User login", reply=LOGIN_KEY, safe=True, changes=False)
    def log_in(self, login: str, password: str, *, logout_redirect: str | None = None) -> Link:
        """Check a password and return a one-time link that signs its owner in.

        Raises:
            WrongPassword: also for an unknown login.
            AccountInactive: the account is inactive.
        """

    @get("isuseronline", section="Is user online", reply=ONLINE, safe=True, changes=False, missing=UserNotFound)
    def is_online(self, user_id: int) -> bool:
        """Return whether a user is signed in to TalentLMS at the moment."""

    @post(
        "userlogout",
        section="User logout",
        reply=REDIRECT_URL,
        safe=False,
        changes=False,
        missing=UserNotFound,
        names={"next_url": "next"},
    )
    def log_out(self, user_id: int, *, next_url: str | None = None) -> Link:
        """Return a link that ends the user's TalentLMS session when the browser follows it.

        Args:
            next_url: where the browser goes afterwards, a URL; sent as it is.

        Raises:
            NotOnline: the user is not signed in there.
        """

    @post("usersignup", section="User signup", reply=_USER, safe=False, changes=True, meanings=ON_SIGN_UP)
    def sign_up(
        self,
        first_name: str,
        last_name: str,
        email: str,
        login: str,
        password: str,
        *,
        branch_id: int | None = None,
        group_id: int | None = None,
        user_type: str | None = None,
        language: str | None = None,
        restrict_email: bool | None = None,
        custom_fields: Mapping[int, str | bool] | None = None,
    ) -> User:
        """Create a user, and return them as TalentLMS has made them: perhaps inactive; without courses.

        Args:
            branch_id: a branch to join at once.
            group_id: a group to join at once, with its courses.
            user_type: the type's name; default the domain's.

        Raises:
            Conflict: the e-mail address or the login is taken.
            WeakPassword: the password does not meet the rule.
            SeatsUsedUp: the plan has no room for another user.
            FieldRequired: a mandatory custom field was left out, and TalentLMS says so.
            InvalidRequest: an address that is none, a branch, group or type that is not there; perhaps a mandatory
                custom field that was left out.
        """

    @post("deleteuser", section="Delete a user", reply=nothing, safe=False, changes=True, missing=UserNotFound)
    def delete(self, user_id: int, *, deleted_by_user_id: int | None = None, permanent: bool | None = None) -> None:
        """Delete a user: archive them, or do away with them for good.

        Args:
            permanent: whether the user cannot be restored.
        """

    @post(
        "edituser",
        section="Edit user",
        reply=_USER,
        safe=True,
        changes=True,
        missing=UserNotFound,
        names={"credit_points": "credits"},
        meanings=ON_CHANGE,
    )
    def edit(
        self,
        user_id: int,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        email: str | None = None,
        login: str | None = None,
        password: str | None = None,
        bio: str | None = None,
        timezone: str | None = None,
        credit_points: int | None = None,
        deactivation_date: date | Literal["never"] | None = None,
        restrict_email: bool | None = None,
        custom_fields: Mapping[int, str | bool] | None = None,
    ) -> User:
        """Change a user; what is ``None`` or empty stays as it is.

        Args:
            bio: what the user says of themselves.
            credit_points: how many credits the user has.
            deactivation_date: on which day the account is switched off, for active users only; ``"never"`` takes
                the date away. The client has to know the domain's ``date_format``.

        Returns:
            The user as they are now, without their courses, and with a login key that is fresh.

        Raises:
            Conflict: the e-mail address or the login is taken.
            WeakPassword: the password does not meet the rule.
            FieldRequired: a mandatory custom field is empty, and TalentLMS says so.
            InvalidRequest: an address that is none, or a deactivation date for a user who is not active.
        """

    @get(
        "usersetstatus",
        section="Users: Set status",
        reply=STATUS,
        safe=True,
        changes=True,
        missing=UserNotFound,
        meanings=ON_ACTIVATION,
    )
    def set_status(self, user_id: int, status: Status) -> str:
        """Activate or deactivate a user and return the new status.

        Raises:
            SeatsUsedUp: the plan has no room for another active user.
        """

    @get(
        "getcustomregistrationfields",
        section="Get custom registration fields",
        reply=several(CustomFieldSchema),
        safe=True,
        changes=False,
    )
    def custom_fields(self) -> tuple[CustomField, ...]:
        """Return the custom fields that the domain has defined for its users."""

    @get(
        "getusersbycustomfield",
        section="Get users by custom field value",
        reply=several(UserSchema),
        safe=True,
        changes=False,
    )
    def by_custom_field(self, custom_field_value: str) -> tuple[User, ...]:
        """Return the users who have a value in any of their custom fields, with their certifications, not courses."""

    @get("forgotusername", section="Forgot username", reply=USER_ID, safe=False, changes=True, missing=UserNotFound)
    def forgot_username(self, email: str, *, domain_url: str | None = None) -> int:
        """Have TalentLMS mail a user their login with every call, and return the user's id."""

    @get("forgotpassword", section="Forgot password", reply=USER_ID, safe=False, changes=True, missing=UserNotFound)
    def forgot_password(self, username: str, *, domain_url: str | None = None, redirect_url: str | None = None) -> int:
        """Have TalentLMS mail a user how to set a new password with every call, and return the user's id.

        Args:
            redirect_url: where the browser goes after the new password is set; default the domain's sign-in page.
        """
