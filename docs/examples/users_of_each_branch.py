#!/usr/bin/env python3
"""The users of each branch that has any. One call, and one for each branch."""

import os
import sys
from collections.abc import Iterator

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret


def lines(lms: TalentLMS) -> Iterator[str]:
    """Give a heading for each branch, and its users below."""
    for branch in lms.branches.all():
        users = lms.branches.by_id(branch.branch_id).users
        if users:
            yield f"Users of branch {branch.name}:\n"
            yield from (f"  {user.name}\n" for user in users)


if __name__ == "__main__":
    lms = TalentLMS(HttpTransport(os.environ["TALENTLMS_URL"], Secret(os.environ["TALENTLMS_API_KEY"]), HttpClient()))
    sys.stdout.writelines(lines(lms))
