"""Mail: nothing is sent; what would have been is kept to be looked at."""

from sandbox.talentlms.portal import Portal
from sandbox.talentlms.records import Mail, User


def send(portal: Portal, user: User, subject: str, text: str) -> None:
    """Keep a message to a user."""
    number = portal.state.next_id("mails")
    portal.state.mails[number] = Mail(number, user.email, subject, text, portal.clock.seconds())
