#!/usr/bin/env python3
"""A report on each branch: its courses, and how many of its users are in them, and have completed them.

One call, one for each branch, and one for each course of each branch. ``--users`` names the users too.
"""

import os
import sys
from collections.abc import Iterator

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.branch import Branch
from schemas.participant import Participant
from schemas.secret import Secret


def report(lms: TalentLMS, *, with_users: bool = False) -> Iterator[str]:
    """Give the report line by line."""
    for branch in (lms.branches.by_id(one.branch_id) for one in lms.branches.all()):
        yield f"Branch: {branch.name}\n"
        yield f"  Number of users: {len(branch.users)}\n"
        yield f"  Number of courses: {len(branch.courses)}\n"
        for course in branch.courses:
            members = members_in(lms, course.id, branch)
            yield f"  Course: {course.name}\n"
            yield from figures(members)
            yield from map(line, members) if with_users else ()


def members_in(lms: TalentLMS, course_id: int, branch: Branch) -> list[Participant]:
    """Return the branch's users who are in a course."""
    ids = {user.id for user in branch.users}
    return [user for user in lms.courses.by_id(course_id).users if user.user_id in ids]


def figures(members: list[Participant]) -> Iterator[str]:
    """Count those who are in a course."""
    yield f"    Number of assigned users: {len(members)}\n"
    yield f"    Number of completed users: {sum(user.completed_on is not None for user in members)}\n"
    for role in ("learner", "instructor"):
        yield f"    Number of {role}s: {sum(user.role == role for user in members)}\n"


def line(user: Participant) -> str:
    """Return a line about one user."""
    done = f", completed on {user.completed_on:%Y-%m-%d}" if user.completed_on else ""
    return f"      {user.name} - {user.role}{done}\n"


if __name__ == "__main__":
    lms = TalentLMS(HttpTransport(os.environ["TALENTLMS_URL"], Secret(os.environ["TALENTLMS_API_KEY"]), HttpClient()))
    sys.stdout.writelines(report(lms, with_users="--users" in sys.argv))
