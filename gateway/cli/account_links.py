"""``talentlms-gateway account-links``: what was there before ``people``."""

import sys

import click

from gateway.cli.steps import changing, logged, told


@click.group()
def account_links() -> None:
    """Whose TalentLMS account is whose; `people` can do more."""


@account_links.command()
@click.option("--issuer", required=True, help="The former provider's issuer, byte for byte.")
def forget_all(issuer: str) -> None:
    """Forget the accounts of everybody who signed in at a former provider; exit 1 if there are none."""
    forgotten = told(logged(lambda services: services.people.unlink_issuer(issuer)))
    if not forgotten:
        sys.exit(f"No link removed: nobody has signed in at {issuer!r}.")
    click.echo(f"{forgotten} account{'' if forgotten == 1 else 's'} forgotten")


@account_links.command()
@click.option("--user-id", required=True, type=int, help="TalentLMS's id of the account.")
def forget(user_id: int) -> None:
    """Forget whose an account is, and end the sessions that lead there; exit 1 if it is nobody's.

    The same as `people unlink`, by the account's id alone. The next person who signs in looks for theirs anew.
    """
    if not changing(lambda services: services.people.unlink_account(user_id)):
        sys.exit(f"No link removed: account {user_id} is nobody's.")
    click.echo(f"account {user_id} is nobody's now")
