#!/usr/bin/env python3
"""What a domain consists of: its users, courses, categories, groups and branches, counted. One call."""

import os
import sys

from gateway.outbound.client import HttpClient
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret


def summary(lms: TalentLMS) -> str:
    """Return the figures as a sentence."""
    site = lms.site.info()
    return (
        f"My domain consists of {site.total_users} users, {site.total_courses} courses, "
        f"{site.total_categories} categories, {site.total_groups} groups and {site.total_branches} branches."
    )


if __name__ == "__main__":
    lms = TalentLMS(HttpTransport(os.environ["TALENTLMS_URL"], Secret(os.environ["TALENTLMS_API_KEY"]), HttpClient()))
    sys.stdout.write(f"{summary(lms)}\n")
