"""Mail: nothing is sent; what would have been is kept for whoever looks."""

from sandbox.talentlms.academy import Academy
from sandbox.talentlms.records import Mail, User


def send(academy: Academy, user: User, subject: str, text: str) -> None:
    """Keep a message to a user."""
    number = academy.state.next_id("mails")
    academy.state.mails[number] = Mail(number, user.email, subject, text, academy.clock.seconds())
