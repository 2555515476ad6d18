"""Groups: look-ups, making and deleting, joining and leaving (API document, *Groups*)."""

from decimal import Decimal

from gateway.errors import GroupNotFound
from gateway.talentlms.endpoint import Family, get, nothing, post
from schemas.group import Group, GroupSchema
from schemas.membership import Membership, MembershipSchema
from schemas.reply import one, several

_GROUP = one(GroupSchema)
_MEMBERSHIP = one(MembershipSchema)


class Groups(Family):
    """Operations on groups.

    Every operation also raises what any call may meet: ``Unauthorized``, ``Forbidden``, ``Throttled``,
    ``Unavailable``, ``Misunderstood``, and ``Unwritable`` for a value that cannot be sent.
    """

    @get("groups", section="Retrieving all groups", reply=several(GroupSchema), safe=True)
    def all(self) -> tuple[Group, ...]:
        """Return all groups, without their users and courses.

        API document: *Retrieving all groups*.
        """

    @get("groups/id", section="Groups", reply=_GROUP, safe=True, missing=GroupNotFound, names={"group_id": "id"})
    def by_id(self, group_id: int) -> Group:
        """Return a group with its users and courses.

        Args:
            group_id: which.

        Raises:
            GroupNotFound: there is no such group.

        API document: *Groups*.
        """

    @post("creategroup", section="Create a new group", reply=_GROUP, safe=False)
    def create(
        self,
        name: str,
        *,
        description: str | None = None,
        key: str | None = None,
        price: Decimal | int | None = None,
        creator_id: int | None = None,
        max_redemptions: int | None = None,
    ) -> Group:
        """Create a group.

        Args:
            name: its name.
            description: what it is for.
            key: what one joins with; TalentLMS makes one up if left out.
            price: what its courses cost together, in the domain's currency.
            creator_id: whose it is; default the account's owner.
            max_redemptions: how often the key may be used; any number if left out.

        Returns:
            The group as TalentLMS has made it, with its id and its key.

        Raises:
            Conflict: another group has the key.
            InvalidRequest: an argument that TalentLMS does not accept.

        API document: *Create a new group*.
        """

    @post("deletegroup", section="Delete a group", reply=nothing, safe=False, missing=GroupNotFound)
    def delete(self, group_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a group.

        Args:
            group_id: which.
            deleted_by_user_id: who is responsible; default the account's owner.

        Raises:
            GroupNotFound: there is no such group.

        API document: *Delete a group*.
        """

    @get("addusertogroup", section="Add user to group", reply=_MEMBERSHIP, safe=True, missing=GroupNotFound)
    def add_user(self, user_id: int, group_key: str) -> Membership:
        """Have a user join a group, and thereby its courses.

        Args:
            user_id: whom.
            group_key: the group's key, not its id.

        Returns:
            The ids and the group's name.

        Raises:
            AlreadyMember: the user is in the group.
            GroupNotFound: no group has this key.
            UserNotFound: there is no such user.
            Gone: the user is archived.
            InvalidRequest: the key has been used as often as it may be.

        API document: *Add user to group*.
        """

    @get("removeuserfromgroup", section="Remove user from group", reply=_MEMBERSHIP, safe=True, missing=GroupNotFound)
    def remove_user(self, user_id: int, group_id: int) -> Membership:
        """Take a user out of a group.

        Args:
            user_id: whom.
            group_id: where.

        Returns:
            The ids and the group's name.

        Raises:
            NotAMember: the user is not in the group.
            GroupNotFound: there is no such group.
            UserNotFound: there is no such user.
            Gone: the user is archived.

        API document: *Remove user from group*.
        """

    @get("addcoursetogroup", section="Add course to group", reply=_MEMBERSHIP, safe=True, missing=GroupNotFound)
    def add_course(self, course_id: int, group_id: int) -> Membership:
        """Add a course to a group.

        Args:
            course_id: which course.
            group_id: to which group.

        Returns:
            The ids and the group's name.

        Raises:
            AlreadyMember: the course is in the group.
            GroupNotFound: there is no such group.
            CourseNotFound: there is no such course.

        API document: *Add course to group*.
        """
