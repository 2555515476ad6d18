"""The groups and branches of the seeded portal."""

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Branch, Group
from sandbox.talentlms.rules import accounts, memberships


def add_groups(portal: Portal) -> None:
    """Make a group with a key to share, and one whose key may be redeemed three times."""
    starters = Group(0, "Starters", "KEY12345", accounts.OWNER, description="Everyone who is new")
    team = Group(0, "Team seats", "TEAMSEATS", accounts.OWNER, price=25_000, max_redemptions=3)
    for group in (starters, team):
        group.id = portal.state.next_id("groups")
        portal.state.groups[group.id] = group
    memberships.add_course(portal, portal.state.courses[1], starters)
    memberships.add_course(portal, portal.state.courses[19], team)
    for login in ("robin", "dana"):
        memberships.join_group(portal, accounts.user_by_login(portal, login), starters)


def add_branches(portal: Portal) -> None:
    """Make a branch for a region, and a full one."""
    emea = Branch(0, "emea", accounts.OWNER, description="Europe, Middle East, Africa")
    small = Branch(0, "partners", accounts.OWNER, users_limit=1, settings={"theme": "Green"})
    for branch in (emea, small):
        branch.id = portal.state.next_id("branches")
        portal.state.branches[branch.id] = branch
    memberships.add_course(portal, portal.state.courses[12], emea)
    memberships.join_branch(portal, accounts.user_by_login(portal, "robin"), emea)
    memberships.join_branch(portal, accounts.user_by_login(portal, "tom"), small)
