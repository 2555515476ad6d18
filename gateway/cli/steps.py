"""What the commands share: settings, services, and how a fault ends a command."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from gateway import context, log
from gateway.config import BadSettings, IdentityProviderSettings, Settings, StorefrontSettings, load
from gateway.errors import DatabaseUnavailable, GatewayError
from gateway.services import Services
from schemas.order import storefront_issuer

T = TypeVar("T")


def with_store(step: Callable[[Services], T]) -> T:
    """Take a step for which the gateway's own Redis is needed."""

    def taken(services: Services) -> T:
        if services.settings.redis_url is None:
            sys.exit("GATEWAY_REDIS_URL is not set: what the embedded store holds lives in the gateway alone.")
        return step(services)

    return told(taken)


def changing(step: Callable[[Services], T]) -> T:
    """Take a step that changes links, for which the gateway's own Redis is needed: sessions end with them."""
    return with_store(logged(step))


def logged(step: Callable[[Services], T]) -> Callable[[Services], T]:
    """Return a step whose audit trail is written to standard error, as the gateway itself would write it."""

    def taken(services: Services) -> T:
        log.configure(services.settings.log_level)
        return step(services)

    return taken


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


def settings_in_force() -> Settings:
    """Return the settings, as ``load`` does; where they have faults, name them all and exit with 1."""
    try:
        return load(os.environ)
    except BadSettings as faults:
        sys.exit(str(faults))


def storefront_named(services: Services, name: str) -> StorefrontSettings:
    """Return a storefront of the settings; where there is none, name those that there are and exit with 1."""
    shop = services.storefronts.get(name)
    if shop is None:
        sys.exit(f"No storefront is called {name!r}. There are: {', '.join(services.storefronts) or 'none'}.")
    return shop


def provider_named(services: Services, named: str) -> IdentityProviderSettings | None:
    """Return an identity provider of the settings by its name, or its issuer byte for byte; ``None`` for none."""
    entries = services.settings.identity_providers
    return next((entry for entry in entries if named in (entry.name, entry.issuer)), None)


def issuer_named(services: Services, named: str) -> str:
    """Return the issuer of a provider or a storefront of the settings; of neither, what was named is one itself."""
    entry = provider_named(services, named)
    if entry is not None:
        return entry.issuer
    return storefront_issuer(named) if named in services.storefronts else named
