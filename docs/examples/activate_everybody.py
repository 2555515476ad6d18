#!/usr/bin/env python3
"""Activates every user who is not active. One call for each hundred users, and one for each who is not."""

import os
import sys
from collections.abc import Iterator

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret


def activate(lms: TalentLMS) -> Iterator[str]:
    """Activate them one by one, and give a line for each."""
    for user in lms.users.each():
        if not user.active:
            lms.users.set_status(user.user_id, "active")
            yield f"activated {user.login}\n"


if __name__ == "__main__":
    lms = TalentLMS(HttpTransport(os.environ["TALENTLMS_URL"], Secret(os.environ["TALENTLMS_API_KEY"]), HttpClient()))
    sys.stdout.writelines(activate(lms))
