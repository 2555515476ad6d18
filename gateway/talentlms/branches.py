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
    """Operations on branches. A ``Membership`` has the ids and the branch's name."""

    @get("branches", section="Retrieving all branches", reply=several(BranchSchema), safe=True, changes=False)
    def all(self) -> tuple[Branch, ...]:
        """Return all branches, without their users and courses."""

    @get(
        "branches/id",
        section="Branches",
        reply=_BRANCH,
        safe=True,
        changes=False,
        missing=BranchNotFound,
        names={"branch_id": "id"},
    )
    def by_id(self, branch_id: int) -> Branch:
        """Return a branch with its users and courses."""

    @post("createbranch", section="Create a new branch", reply=_BRANCH, safe=False, changes=True)
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
        """Create a branch, and return it as TalentLMS has made it, with its id.

        Args:
            name: its name, which is also the first label of its host.
            disallow_global_login: whether its users may sign in only there.
            group_id: a group that new users join.
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

        Raises:
            Conflict: there is a branch of this name.
            InvalidRequest: an argument that TalentLMS does not accept.
        """

    @post("deletebranch", section="Delete a branch", reply=nothing, safe=False, changes=True, missing=BranchNotFound)
    def delete(self, branch_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a branch."""

    @get(
        "branchsetstatus", section="Branches: Set status", reply=STATUS, safe=True, changes=True, missing=BranchNotFound
    )
    def set_status(self, branch_id: int, status: Status) -> str:
        """Switch a branch on or off and return the new status."""

    @get(
        "addusertobranch",
        section="Add user to branch",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=BranchNotFound,
    )
    def add_user(self, user_id: int, branch_id: int) -> Membership:
        """Have a user join a branch.

        Raises:
            AlreadyMember: the user is in the branch.
            InvalidRequest: the branch has as many users as it may have.
        """

    @get(
        "removeuserfrombranch",
        section="Remove user from branch",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=BranchNotFound,
    )
    def remove_user(self, user_id: int, branch_id: int) -> Membership:
        """Take a user out of a branch. Raises ``NotAMember`` where they are not in it."""

    @get(
        "addcoursetobranch",
        section="Add course to branch",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=BranchNotFound,
    )
    def add_course(self, course_id: int, branch_id: int) -> Membership:
        """Add a course to a branch. Raises ``AlreadyMember`` where it is in it."""
