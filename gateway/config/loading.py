"""From the environment and the file to the settings, or to everything that is wrong with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.config import identity_providers, settings, talentlms
from gateway.config.database_url import default_place
from gateway.config.environment import Environment
from gateway.config.faults import Faults, Refused
from gateway.config.file import File, open_file
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.order import ranking
from gateway.config.settings import Settings, Slugs
from gateway.config.source import Source
from gateway.config.talentlms import TalentLMSSettings

Values = dict[str, Any]
Provider = tuple[Source, Values]

NO_WAY_IN = Refused.because(
    "is missing, and nobody could sign in",
    "set the OIDC_ variables, or list [[identity_providers]] in the file of GATEWAY_CONFIG, or set "
    "GATEWAY_PASSWORD_SIGN_IN=on",
)


def load(environ: Mapping[str, str]) -> Settings:
    """Read all settings.

    Args:
        environ: the environment's variables, normally `os.environ`. The files that they name are read here too.

    Returns:
        The settings, checked.

    Raises:
        BadSettings: with every fault there is, in the order of declaration.
    """
    faults = Faults()
    environment = Environment({**environ, **default_place(environ)}, faults)
    own = environment.read(Settings, check=settings.contradictions)
    file = open_file(own.get("config_file"), faults)
    lms = file.table("talentlms").read(
        TalentLMSSettings, start=environment.read(TalentLMSSettings), check=talentlms.contradictions
    )
    providers = [*environment_provider(environment), *file_providers(file)]
    slugs = file.table("slugs").read(Slugs)
    refuse_duplicates(providers)
    if not (providers or file.names_providers or own.get("password_sign_in", True)):
        environment.refuse(IdentityProviderSettings, "issuer", NO_WAY_IN)
    environment.refuse_unknown_variables()
    file.refuse_unknown_tables()
    faults.raise_any(ranking())
    return Settings(
        **own,
        talentlms=TalentLMSSettings(**lms),
        identity_providers=tuple(IdentityProviderSettings(**values) for _, values in providers),
        slugs=Slugs(**slugs),
    )


def environment_provider(environment: Environment) -> list[Provider]:
    """Return the provider of the OIDC variables, if one of them is set."""
    if not environment.names_provider():
        return []
    start = {"name": "default"}
    check = identity_providers.contradictions
    return [(environment, environment.read(IdentityProviderSettings, start=start, check=check))]


def file_providers(file: File) -> list[Provider]:
    """Return the providers of the file."""
    check = identity_providers.contradictions
    return [(table, table.read(IdentityProviderSettings, check=check)) for table in file.tables("identity_providers")]


def refuse_duplicates(providers: Sequence[Provider]) -> None:
    """Refuse a provider with the name of an earlier one, or with its issuer and client."""
    names: set[str | None] = set()
    clients: set[tuple[str | None, str | None]] = set()
    for source, values in providers:
        name, client = values.get("name"), (values.get("issuer"), values.get("client_id"))
        if name in names:
            said = Refused.because(
                "is the name of another provider, too",
                "give each its own; the one of the OIDC_ variables is called default",
                name,
            )
            source.refuse(IdentityProviderSettings, "name", said)
        if client in clients:
            said = Refused.because("is listed twice with the same client_id", "remove one of the two", client[0])
            source.refuse(IdentityProviderSettings, "issuer", said)
        names |= {name} - {None}
        clients |= {client} if all(client) else set()
