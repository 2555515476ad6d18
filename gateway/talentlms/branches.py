"""Branches: look-ups, making, deleting and switching off, joining and leaving (API document, *Branches*)."""

from decimal import Decimal

from gateway.errors import BranchNotFound
from gateway.talentlms.endpoint import Family, get, nothing, post
from gateway.talentlms.vocabulary import SignupMethod, Status
from schemas.branch import Branch, BranchSchema
from schemas.membership import Membership, MembershipSchema
from schemas.reply import STATUS, one, several

_BRANCH = one(BranchSchema)
_MEMBERSHIP = one(MembershipSchema)


class Branches(Family):
    """Operations on branches.

    Every operation also raises what any call may meet: ``Unauthorized``, ``Forbidden``, ``Throttled``,
    ``Unavailable``, ``Misunderstood``, and ``Unwritable`` for a value that cannot be sent.
    """

    @get("branches", section="Retrieving all branches", reply=several(BranchSchema), safe=True)
    def all(self) -> tuple[Branch, ...]:
        """Return all branches, without their users and courses.

        API document: *Retrieving all branches*.
        """

    @get("branches/id", section="Branches", reply=_BRANCH, safe=True, missing=BranchNotFound, names={"branch_id": "id"})
    def by_id(self, branch_id: int) -> Branch:
        """Return a branch with its users and courses.

        Args:
            branch_id: which.

        Raises:
            BranchNotFound: there is no such branch.

        API document: *Branches*.
        """

    @post("createbranch", section="Create a new branch", reply=_BRANCH, safe=False)
    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        disallow_global_login: bool | None = None,
        group_id: int | None = None,
        language: str | None = None,
        timezone: str | None = None,
        signup_method: SignupMethod | None = None,
        verification: str | None = None,
        user_type: str | None = None,
        registration_email_restriction: str | None = None,
        users_limit: int | None = None,
        ecommerce_processor: str | None = None,
        currency: str | None = None,
        paypal_email: str | None = None,
        ecommerce_subscription: bool | None = None,
        ecommerce_subscription_price: Decimal | int | None = None,
        ecommerce_subscription_interval: str | None = None,
        ecommerce_credits: bool | None = None,
        internal_announcement: str | None = None,
        external_announcement: str | None = None,
        creator_id: int | None = None,
    ) -> Branch:
        """Create a branch.

        Args:
            name: its name, which is also the first label of its host.
            description: what it is for.
            disallow_global_login: whether its users may sign in only there.
            group_id: a group that new users join.
            language: a language code, such as ``en``.
            timezone: a key or a name of ``vocabulary.TIME_ZONES``: ``2`` or ``Athens, Greece``.
            signup_method: how people get in: ``direct``, ``captcha``, ``email``, ``admin`` or ``manual``.
            verification: how sign-ups are verified, such as ``captcha`` or ``email``.
            user_type: the name of the type that new users get.
            registration_email_restriction: the domains that e-mail addresses may have.
            users_limit: how many users it may have.
            ecommerce_processor: who takes the money, in TalentLMS's words.
            currency: a key or a name of ``vocabulary.CURRENCIES``: ``euro`` or ``Euro``.
            paypal_email: who gets the money.
            ecommerce_subscription: whether a subscription is sold.
            ecommerce_subscription_price: what that costs, in the branch's currency.
            ecommerce_subscription_interval: how often, in TalentLMS's words.
            ecommerce_credits: whether credits are sold.
            internal_announcement: what people read who are signed in.
            external_announcement: what people read who are not.
            creator_id: who makes it; default the account's owner.

        Returns:
            The branch as TalentLMS has made it, with its id.

        Raises:
            Conflict: there is a branch of this name.
            InvalidRequest: an argument that TalentLMS does not accept.
            Unwritable: there is no such time zone or currency; the note names the nearest.

        API document: *Create a new branch*.
        """

    @post("deletebranch", section="Delete a branch", reply=nothing, safe=False, missing=BranchNotFound)
    def delete(self, branch_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a branch.

        Args:
            branch_id: which.
            deleted_by_user_id: who is responsible; default the account's owner.

        Raises:
            BranchNotFound: there is no such branch.

        API document: *Delete a branch*.
        """

    @get("branchsetstatus", section="Branches: Set status", reply=STATUS, safe=True, missing=BranchNotFound)
    def set_status(self, branch_id: int, status: Status) -> str:
        """Switch a branch on or off and return the new status.

        Args:
            branch_id: which.
            status: ``active`` or ``inactive``.

        Raises:
            BranchNotFound: there is no such branch.

        API document: *Branches: Set status*.
        """

    @get("addusertobranch", section="Add user to branch", reply=_MEMBERSHIP, safe=True, missing=BranchNotFound)
    def add_user(self, user_id: int, branch_id: int) -> Membership:
        """Have a user join a branch.

        Args:
            user_id: whom.
            branch_id: where.

        Returns:
            The ids and the branch's name.

        Raises:
            AlreadyMember: the user is in the branch.
            BranchNotFound: there is no such branch.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            InvalidRequest: the branch has as many users as it may have.

        API document: *Add user to branch*.
        """

    @get(
        "removeuserfrombranch", section="Remove user from branch", reply=_MEMBERSHIP, safe=True, missing=BranchNotFound
    )
    def remove_user(self, user_id: int, branch_id: int) -> Membership:
        """Take a user out of a branch.

        Args:
            user_id: whom.
            branch_id: where.

        Returns:
            The ids and the branch's name.

        Raises:
            NotAMember: the user is not in the branch.
            BranchNotFound: there is no such branch.
            UserNotFound: there is no such user.
            Gone: the user is archived.

        API document: *Remove user from branch*.
        """

    @get("addcoursetobranch", section="Add course to branch", reply=_MEMBERSHIP, safe=True, missing=BranchNotFound)
    def add_course(self, course_id: int, branch_id: int) -> Membership:
        """Add a course to a branch.

        Args:
            course_id: which course.
            branch_id: to which branch.

        Returns:
            The ids and the branch's name.

        Raises:
            AlreadyMember: the course is in the branch.
            BranchNotFound: there is no such branch.
            CourseNotFound: there is no such course.

        API document: *Add course to branch*.
        """
