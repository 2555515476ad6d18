"""What the commands share: settings, services, and how a fault ends a command."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from gateway import context
from gateway.config import BadSettings, Settings, StorefrontSettings, load
from gateway.errors import DatabaseUnavailable, GatewayError
from gateway.services import Services

T = TypeVar("T")


def with_store(step: Callable[[Services], T]) -> T:
    """Take a step for which the gateway's own Redis is needed."""

    def taken(services: Services) -> T:
        if services.settings.redis_url is None:
            sys.exit("GATEWAY_REDIS_URL is not set: what the embedded store holds lives in the gateway alone.")
        return step(services)

    return told(taken)


def told(step: Callable[[Services], T]) -> T:
    """Take a step, of which the audit trail takes note; where it fails, say so in one sentence and exit with 1."""
    services = Services(settings_in_force())
    context.begin(trail=services.audit_rows)
    try:
        return step(services)
    except DatabaseUnavailable as error:
        sys.exit(f"The database cannot be used: {error.note}")
    except GatewayError as error:
        sys.exit(f"{error.code}: {error.note}")


def settings_in_force(*, trying_out: bool = False) -> Settings:
    """Return the settings, as ``load`` does; where they have faults, name them all and exit with 1."""
    try:
        return load(os.environ, trying_out=trying_out)
    except BadSettings as faults:
        sys.exit(str(faults))


def storefront_named(services: Services, name: str) -> StorefrontSettings:
    """Return a storefront of the settings; where there is none, name those that there are and exit with 1."""
    shop = services.storefronts.get(name)
    if shop is None:
        sys.exit(f"No storefront is called {name!r}. There are: {', '.join(services.storefronts) or 'none'}.")
    return shop
