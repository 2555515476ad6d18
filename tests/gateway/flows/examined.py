"""The doctor in front of the sandboxes, a real Redis and a database, and what it says of them."""

from dataclasses import replace

from gateway.config import Settings
from gateway.services import Services
from tests.gateway.oidc.deployment import PUBLIC_URL, identity_provider
from tests.gateway.oidc.deployment import settings as good_settings

REDIRECT = f"{PUBLIC_URL}/callback/default"


def sound(provider, portal, redis_server, folder, **changes) -> Settings:
    """Return settings with which all is well."""
    provider.control.client(redirect_uris=[REDIRECT], jwks=None)
    return good_settings(portal.url, folder, identity_provider(provider), **{"redis_url": redis_server.url, **changes})


def with_provider(settings: Settings, **changes) -> Settings:
    (entry,) = settings.identity_providers
    return replace(settings, identity_providers=(replace(entry, **changes),))


def with_talentlms(settings: Settings, **changes) -> Settings:
    return replace(settings, talentlms=replace(settings.talentlms, **changes))


def examined(settings: Settings):
    """Return the report of a gateway that has nothing cached."""
    services = Services(settings)
    try:
        return services.doctor.examine()
    finally:
        services.database.close()


def row_of(report, what):
    (row,) = [row for row in report.rows if row.what == what]
    return row


def troubles(report):
    """Return what is not well: setting and state of each."""
    return [(row.setting, row.state) for row in report.rows if row.state in ("warning", "fault")]
