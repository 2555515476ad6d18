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
    """Operations on groups. A ``Membership`` has the ids and the group's name."""

    @get("groups", section="Retrieving all groups", reply=several(GroupSchema), safe=True, changes=False)
    def all(self) -> tuple[Group, ...]:
        """Return all groups, without their users and courses."""

    @get(
        "groups/id",
        section="Groups",
        reply=_GROUP,
        safe=True,
        changes=False,
        missing=GroupNotFound,
        names={"group_id": "id"},
    )
    def by_id(self, group_id: int) -> Group:
        """Return a group with its users and courses."""

    @post("creategroup", section="Create a new group", reply=_GROUP, safe=False, changes=True)
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
        """Create a group, and return it as TalentLMS has made it, with its id and its key.

        Args:
            key: what one joins with; TalentLMS makes one up if left out.
            price: what its courses cost together, in the domain's currency.
            max_redemptions: how often the key may be used; any number if left out.

        Raises:
            Conflict: another group has the key.
            InvalidRequest: an argument that TalentLMS does not accept.
        """

    @post("deletegroup", section="Delete a group", reply=nothing, safe=False, changes=True, missing=GroupNotFound)
    def delete(self, group_id: int, *, deleted_by_user_id: int | None = None) -> None:
        """Delete a group."""

    @get(
        "addusertogroup", section="Add user to group", reply=_MEMBERSHIP, safe=True, changes=True, missing=GroupNotFound
    )
    def add_user(self, user_id: int, group_key: str) -> Membership:
        """Have a user join a group, and thereby its courses.

        Args:
            group_key: the group's key, not its id.

        Raises:
            AlreadyMember: the user is in the group.
            InvalidRequest: the key has been used as often as it may be.
        """

    @get(
        "removeuserfromgroup",
        section="Remove user from group",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=GroupNotFound,
    )
    def remove_user(self, user_id: int, group_id: int) -> Membership:
        """Take a user out of a group. Raises ``NotAMember`` where they are not in it."""

    @get(
        "addcoursetogroup",
        section="Add course to group",
        reply=_MEMBERSHIP,
        safe=True,
        changes=True,
        missing=GroupNotFound,
    )
    def add_course(self, course_id: int, group_id: int) -> Membership:
        """Add a course to a group. Raises ``AlreadyMember`` where it is in it."""
