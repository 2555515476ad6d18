"""From the environment and the file to the settings, or to everything that is wrong with them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.config.brand import BrandSettings, brand
from gateway.config.database_url import default_place
from gateway.config.faults import BadSettings, Fault, unknown
from gateway.config.fields import VariableText, type_name
from gateway.config.files import ConfigFile
from gateway.config.identity_providers import IdentityProviderSchema, IdentityProviderSettings
from gateway.config.mapping import MappingSchema, mapping
from gateway.config.scim import ScimSettings, scim
from gateway.config.settings import (
    AuditSettings,
    AuditTable,
    CatalogSettings,
    CatalogTable,
    GatewaySchema,
    Settings,
    Slugs,
    SlugsSchema,
)
from gateway.config.storefronts import StorefrontSettings, storefronts
from gateway.config.talentlms import TalentLMSSettings, TalentLMSTable, TalentLMSVariables
from gateway.outbound import proxies

GATEWAY = GatewaySchema(prefix="GATEWAY_")
TALENTLMS = TalentLMSVariables(prefix="TALENTLMS_")
ONE_PROVIDER = IdentityProviderSchema(prefix="OIDC_", exclude=("name",))
TALENTLMS_TABLE = TalentLMSTable(table="talentlms.")
SLUGS = SlugsSchema(table="slugs.")
CATALOG = CatalogTable(table="catalog.")
AUDIT = AuditTable(table="audit.")
MAPPING = MappingSchema(table="mapping.")
VARIABLES = [*GATEWAY.names, *TALENTLMS.names, *ONE_PROVIDER.names]
PROVIDERS, STOREFRONTS = "identity_providers", "storefronts"
TABLES = [PROVIDERS, STOREFRONTS, "talentlms", "slugs", "catalog", "audit", "mapping", "scim", "brand"]
# Kubernetes and Docker announce a service called "gateway" or "talentlms-gateway" by such variables.
ANNOUNCED_SERVICE = re.compile(
    r".+_(SERVICE_(HOST|PORT(_.+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*|.+_PORT=(tcp|udp|sctp)://.*",
    re.DOTALL,
)


def load(environ: Mapping[str, str]) -> Settings:
    """Read all settings.

    Args:
        environ: the environment's variables, normally `os.environ`. The files that they name are read here too.

    Raises:
        BadSettings: with every fault there is.
    """
    variables = ours({**environ, **default_place(environ)})
    faults: list[Fault] = []
    own = GATEWAY.read(variables, faults)
    file = own.get("config") or ConfigFile()
    talentlms = TALENTLMS.read(variables, faults)
    talentlms |= TALENTLMS_TABLE.read(table(file, "talentlms", faults), faults)
    providers = identity_providers(variables, file, faults)
    faults += nobody_could_sign_in(own, file, providers)
    slugs = SLUGS.read(table(file, "slugs", faults), faults)
    catalog = CATALOG.read(table(file, "catalog", faults), faults)
    audit = AUDIT.read(table(file, "audit", faults), faults)
    taken = [provider["name"] for provider in providers if "name" in provider]
    shops = storefronts(tables_of(file, STOREFRONTS, faults), taken, faults, folder_of(file))
    rules = mapping(table(file, "mapping", faults), talentlms, faults)
    looks = brand(table(file, "brand", faults), faults, folder_of(file))
    pushed = scim(table(file, "scim", faults), providers, faults, folder_of(file))
    faults += unknown(variables, VARIABLES)
    faults += unknown(file.content, TABLES)
    faults += proxy_faults(environ)
    if faults:
        raise BadSettings(faults)
    return Settings(
        **own | {"config": file.path},
        talentlms=TalentLMSSettings(**talentlms),
        identity_providers=tuple(IdentityProviderSettings(**provider) for provider in providers),
        slugs=Slugs(**slugs),
        catalog=CatalogSettings(**catalog),
        mapping=rules,
        audit=AuditSettings(**audit),
        scim=ScimSettings(**pushed),
        brand=BrandSettings(**looks),
        storefronts=tuple(StorefrontSettings(**shop) for shop in shops),
    )


def ours(environ: Mapping[str, str]) -> dict[str, VariableText]:
    """Return the variables whose names are ours, without those that announce a service; all others are left alone."""
    prefixes = (GATEWAY.prefix, TALENTLMS.prefix, ONE_PROVIDER.prefix)
    return {
        name: VariableText(text)
        for name, text in environ.items()
        if name.startswith(prefixes) and not ANNOUNCED_SERVICE.fullmatch(f"{name}={text}")
    }


def table(file: ConfigFile, name: str, faults: list[Fault]) -> dict[str, Any]:
    """Return a table of the file; empty where there is none, or what is there is none."""
    found = file.content.get(name, {})
    if isinstance(found, dict):
        return found
    faults.append(Fault(name, f"is {type_name(found)}; write a table: [{name}]"))
    return {}


def identity_providers(
    variables: Mapping[str, VariableText], file: ConfigFile, faults: list[Fault]
) -> list[dict[str, Any]]:
    """Return the values of the provider of the variables, called `default`, and of those of the file."""
    providers: list[dict[str, Any]] = []
    if variables.keys() & set(ONE_PROVIDER.names):
        providers.append({"name": "default", **ONE_PROVIDER.read(variables, faults)})
    for index, one in enumerate(tables_of(file, PROVIDERS, faults)):
        entry = IdentityProviderSchema(table=f"identity_providers[{index}].", earlier=providers)
        providers.append(entry.read(one, faults, folder_of(file)))
    return providers


def tables_of(file: ConfigFile, name: str, faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the tables of a list of the file; none where what is there is no such list."""
    tables = file.content.get(name, [])
    if isinstance(tables, list) and all(isinstance(one, dict) for one in tables):
        return tables
    faults.append(Fault(name, f"is not a list of tables; head each with [[{name}]]"))
    return []


def folder_of(file: ConfigFile) -> Path:
    """Return where relative paths of the file begin."""
    return file.path.parent if file.path else Path()


def nobody_could_sign_in(own: Mapping[str, Any], file: ConfigFile, providers: list[dict[str, Any]]) -> Iterator[Fault]:
    """Tell that there is no provider, unless it is unknown what the file lists, or passwords are taken."""
    known = "config" in own and file.content.get(PROVIDERS, []) == []
    if known and not providers and own.get("password_sign_in") is False:
        yield Fault(
            "OIDC_ISSUER",
            "is missing, and nobody could sign in; set the OIDC_ variables, or list [[identity_providers]] in the file "
            "of GATEWAY_CONFIG, or set GATEWAY_PASSWORD_SIGN_IN=on",
        )


def proxy_faults(environ: Mapping[str, str]) -> Iterator[Fault]:
    """Tell of outbound proxies that are none; an empty variable names none. Its value may hold a password."""
    for name in proxies.VARIABLES:
        try:
            _ = proxies.proxy(environ[name]) if environ.get(name) else None
        except ValueError:
            remedy = "write an http:// or https:// address, such as http://proxy.acme.com:3128"
            yield Fault(name, f"is not the address of a proxy; {remedy}")
