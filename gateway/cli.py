"""``talentlms-gateway``: what an operator asks on the command line."""

import os
import sys

import click

from gateway.config import BadSettings, Settings, describe, load
from gateway.errors import GatewayError
from gateway.store.connection import connect
from gateway.store.sessions import Sessions


@click.group()
def main() -> None:
    """Look after a TalentLMS gateway. Settings come from the environment, as for the gateway itself."""


@main.command()
def check() -> None:
    """Read the settings, offline, and name all faults at once; exit 0 or 1."""
    click.echo(describe(_settings()))


@main.group()
def sessions() -> None:
    """Sessions of people."""


@sessions.command()
@click.option("--user", required=True, help="E-mail address, user name, subject, TalentLMS login or TalentLMS id.")
def end(user: str) -> None:
    """End every session of a person."""
    settings = _settings()
    if settings.redis_url is None:
        sys.exit("GATEWAY_REDIS_URL is not set: sessions of the embedded store live in the gateway's process alone.")
    try:
        store = connect(settings.redis_url, settings.ca_file)
        ended = Sessions(store, settings.session_idle, settings.session_lifetime).end_all_of_user(user)
    except GatewayError as error:
        sys.exit(f"{error.title}: {error.note}")
    click.echo(f"{ended} session{'' if ended == 1 else 's'} ended")


def _settings() -> Settings:
    try:
        return load(os.environ)
    except BadSettings as faults:
        sys.exit(str(faults))
