"""Every setting of the gateway.

To add one, add a field to the dataclass (type and default; without one it is required) and one of the same name to its
schema (how it is read, what it means); the variable is the schema's prefix and that name in capitals. Then `make docs`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import quote

from marshmallow.validate import Regexp

from gateway.config.brand import BrandSettings
from gateway.config.database_url import database
from gateway.config.faults import shown
from gateway.config.fields import Choice, Several, Switch, Table, Text, Whole
from gateway.config.files import certificates, toml
from gateway.config.group import Group
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.mapping import MappingSettings
from gateway.config.redis_url import redis
from gateway.config.rules import (
    BindAddress,
    bearer_token,
    link_host,
    listening_address,
    mail_or_url,
    network,
    origin,
    signing_keys,
)
from gateway.config.scim import ScimSettings
from gateway.config.storefronts import StorefrontSettings
from gateway.config.talentlms import HIGHEST_ID, TalentLMSSettings
from schemas.secret import Secret

MINUTE, IDLE, MONTH = 60, 3600, 30 * 24 * 3600  # seconds
SHORTEST_RETENTION, LONGEST_RETENTION = 7, 3660  # days
WorkerPlace = Literal["inside", "apart"]
SLUG = Regexp(
    r"(?=.*[a-z-])[a-z0-9-]{1,100}\Z",
    error="is not a slug; write small letters, digits and -, and not digits alone, those are ids",
)


@dataclass(frozen=True)
class HelpContact:
    """Whom a person may ask: a mail address or a URL, as a page shows it."""

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def href(self) -> str:
        """Return where a link to the contact leads."""
        return self.text if "://" in self.text else f"mailto:{quote(self.text, safe='@')}"

    def about(self, subject: str) -> str:
        """Return where a link leads that is about something: a mail has it as its subject (RFC 6068)."""
        return self.href if "://" in self.text else f"{self.href}?subject={quote(subject, safe='')}"


def help_contact(text: str) -> HelpContact:
    """Return the contact of a setting's text."""
    return HelpContact(mail_or_url(text))


@dataclass(frozen=True, kw_only=True)
class Slugs:
    """Readable names of courses and categories in addresses, each with its TalentLMS id."""

    courses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    categories: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class CatalogSettings:
    """Who may see what is on offer."""

    public: bool = False


@dataclass(frozen=True, kw_only=True)
class AuditSettings:
    """How long it is known what was done."""

    retention_days: int = 400


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set. The meaning of every field stands in `GatewaySchema`; times are in seconds."""

    public_url: str
    secret_keys: tuple[Secret, ...]
    database_url: Secret
    redis_url: Secret | None = None
    config: Path | None = None
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    proxy_count: int = 1
    ca_file: Path | None = None
    rate_limits: bool = True
    session_idle: int = IDLE
    session_lifetime: int = 43200
    help_contact: HelpContact | None = None
    password_sign_in: bool = False
    log_level: str = "info"
    worker: WorkerPlace = "inside"
    metrics_bind: BindAddress | None = None
    operator_token: Secret | None = None
    trace_hosts: frozenset[str] = frozenset()
    talentlms: TalentLMSSettings
    identity_providers: tuple[IdentityProviderSettings, ...] = ()
    storefronts: tuple[StorefrontSettings, ...] = ()
    slugs: Slugs = field(default_factory=Slugs)
    catalog: CatalogSettings = field(default_factory=CatalogSettings)
    mapping: MappingSettings = field(default_factory=MappingSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)
    scim: ScimSettings = field(default_factory=ScimSettings)
    brand: BrandSettings = field(default_factory=BrandSettings)

    def __post_init__(self) -> None:
        object.__setattr__(self, "session_idle", min(self.session_idle, self.session_lifetime))

    @property
    def secure(self) -> bool:
        """Tell whether browsers reach the gateway over https."""
        return self.public_url.startswith("https://")


class SlugsSchema(Group):
    """The table ``slugs`` of the file."""

    becomes = Slugs

    courses = Table(Text(SLUG, "slug"), Whole(1, HIGHEST_ID), "Names for `/go/course/…` and `/buy/course/…`.")
    categories = Table(Text(SLUG, "slug"), Whole(1, HIGHEST_ID), "Names for `/buy/category/…`.")


class CatalogTable(Group):
    """The table ``catalog`` of the file."""

    becomes = CatalogSettings

    public = Switch(
        "Whether anybody may open `/catalog`, a page with the courses and prices of TalentLMS's own catalogue and a "
        "button for each that leads to its payment page."
    )


class AuditTable(Group):
    """The table ``audit`` of the file."""

    becomes = AuditSettings

    retention_days = Whole(
        SHORTEST_RETENTION,
        LONGEST_RETENTION,
        "Days after which an entry of the audit trail is deleted; [audit.md](audit.md) says what there is in it.",
    )


class GatewaySchema(Group):
    """The gateway's own variables."""

    becomes = Settings

    public_url = Text(
        origin, "https address", "The gateway's own address as browsers see it. It is never derived from a request."
    )
    secret_keys = Text(
        signing_keys,
        "list: 32 bytes or more each",
        "The keys that sign forms and make managed passwords: the first signs, all verify.",
        secret=True,
    )
    database_url = Text(
        database,
        "`sqlite:////…` or `postgresql://…` URL",
        "Where everything is kept that lasts: which account is whose. A SQLite file serves all processes of one "
        "machine, and is made where it is missing; PostgreSQL serves many machines, beyond this one with "
        "`sslmode=verify-full`.",
        secret=True,
        unset="`gateway.db` in systemd's `$STATE_DIRECTORY`; else, with a public URL of this machine, in `var/` "
        "below the project's folder; else **required**",
    )
    redis_url = Text(
        redis,
        "`redis://`, `redis+sentinel://` or `redis+cluster://` URL",
        "Where sessions and everything else are kept that lasts for hours. Without it they live in the process, "
        "which then must be the only one. The forms are in [operating.md](operating.md#workers-and-redis). Without "
        "TLS, which `rediss` in place of `redis` is, use it beyond one machine only in a private network.",
        secret=True,
        unset="embedded store",
    )
    config = Text(toml, "path", "The TOML file described below.")
    trusted_proxies = Several(
        Text(network, "network such as `10.0.0.0/8`"),
        "The networks of proxies whose `X-Forwarded-For` is believed; no other header of the kind is read. Name "
        "every proxy that `GATEWAY_PROXY_COUNT` counts, and nobody else who can reach the gateway.",
        into=tuple,
    )
    proxy_count = Whole(
        1,
        10,
        "How many trusted proxies stand in a row: so many entries of `X-Forwarded-For` are taken from the right, "
        "no more. Counted too high, people could write the missing ones themselves.",
    )
    ca_file = Text(
        certificates,
        "path of a PEM file",
        "Further certificate authorities for TalentLMS, identity providers and Redis. The verification itself "
        "cannot be switched off.",
    )
    rate_limits = Switch(
        "Whether failed codes and passwords are limited; passwords for a person and an address together. Sign-ins "
        "that are begun or completed never count."
    )
    session_idle = Whole(
        MINUTE,
        MONTH,
        "Seconds without a click after which a session ends; at most `GATEWAY_SESSION_LIFETIME`.",
        unset=f"`{IDLE}`, or the lifetime if that is less",
    )
    session_lifetime = Whole(MINUTE, MONTH, "Seconds after which a session ends in any case.")
    help_contact = Text(
        help_contact,
        "mail address or https URL",
        "Whom pages name for help; a mail from a page with a reference code has it in its subject.",
    )
    password_sign_in = Switch("Whether `/login/password` lets people in with a TalentLMS username and password.")
    log_level = Choice(
        ("debug", "info", "warning", "error"),
        "The least important events that are still logged; the audit trail is written in any case.",
    )
    worker = Choice(
        get_args(WorkerPlace),
        "Where paid orders become enrolments, what the mapping's rules assign is given, and old entries of the audit "
        "trail are deleted: `inside` is threads of each gateway process, `apart` a process of its own, "
        "`talentlms-gateway worker`, of which several may run. `apart` needs `GATEWAY_REDIS_URL`.",
    )

    metrics_bind = Text(
        listening_address,
        "address and port",
        "Where the operator listener answers `/`, `/metrics` and `/readyz?deep`, for instance `127.0.0.1:9464`; never "
        "at the public address. [metrics.md](metrics.md) says what there is.",
        unset="no such listener",
    )
    operator_token = Text(
        bearer_token,
        "32 characters or more",
        "The token that everything but `/metrics` asks for at the operator listener, as bearer or as a browser's "
        "password. Where that listens beyond loopback, nothing but `/metrics` is answered without one.",
        secret=True,
    )
    trace_hosts = Several(
        Text(link_host, "host or host:port"),
        "Hosts whose servers are told which trace a call of theirs belongs to (`traceparent`), where there are "
        "[traces](operating.md#traces): your own ones, such as an identity provider that is traced as well. Nobody "
        "else is told.",
    )

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk what does not go together; the default of ``session_idle`` gives way of itself."""
        idle, lifetime = values.get("session_idle", IDLE), values.get("session_lifetime", MONTH)
        if lifetime < idle != IDLE:
            remedy = f"write at most GATEWAY_SESSION_LIFETIME, which is {lifetime}"
            yield "session_idle", f"{shown(str(idle))} is longer than the session's lifetime; {remedy}"
        if values.get("worker") == "apart" and "redis_url" in values and values["redis_url"] is None:
            yield "redis_url", "is missing; a worker apart shares the budget of calls with the gateway by it"
