"""What other processes do to a database."""

import sys

from gateway.database.account_links import AccountLinks
from gateway.database.connection import connect
from gateway.database.upgrade import upgrade
from schemas.learner import AccountLink
from schemas.secret import Secret


def claim(url, number):
    """Claim thirty accounts, those of every process, each for a person of its own; return how many were got."""
    links = AccountLinks(connect(Secret(url)))
    people = [AccountLink("https://id.acme.example", f"{number}-{one}", one + 1, "x") for one in range(30)]
    return sum(links.claim(person) for person in people)


def upgraded(url, _number):
    """Bring the tables up to date; return how far they were, and whether Alembic was needed for it."""
    before = upgrade(connect(Secret(url))).current
    return before, "alembic" in sys.modules
