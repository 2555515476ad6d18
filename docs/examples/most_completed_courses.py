#!/usr/bin/env python3
"""Who has completed the most courses. One call for each hundred users, and one for each user."""

import os
import sys

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from schemas.user import User


def completed(user: User) -> int:
    """Return how many courses a user has completed."""
    return sum(course.completed_on is not None for course in user.courses)


def champions(lms: TalentLMS) -> list[str]:
    """Return the names of those who have completed more courses than everybody else."""
    users = [lms.users.by_id(user.user_id) for user in lms.users.each()]
    most = max(map(completed, users), default=0)
    return [f"{user.first_name} {user.last_name}" for user in users if most and completed(user) == most]


if __name__ == "__main__":
    lms = TalentLMS(HttpTransport(os.environ["TALENTLMS_URL"], Secret(os.environ["TALENTLMS_API_KEY"]), HttpClient()))
    sys.stdout.write(f"Users who have completed the most courses: {', '.join(champions(lms)) or 'nobody yet'}\n")
