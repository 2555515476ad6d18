"""Every setting of the gateway: variable, kind, default and meaning in one place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import quote

from gateway.config.addresses import mail_or_url, network, origin, redis
from gateway.config.database_url import VARIABLE as DATABASE_URL
from gateway.config.database_url import database
from gateway.config.faults import Refused
from gateway.config.files import certificates
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.kinds import Choice, Named, Rule, Several, Switch, Whole
from gateway.config.setting import Setting
from gateway.config.talentlms import TalentLMSSettings
from gateway.config.texts import matching, path, signing_keys
from schemas.secret import Secret

MINUTE, IDLE, MONTH = 60, 3600, 30 * 24 * 3600  # seconds
SLUG = Rule(
    "slug",
    matching(
        r"(?=.*[a-z-])[a-z0-9-]{1,100}",
        "is not a slug",
        "write small letters, digits and -, and not digits alone, those are ids",
    ),
)
IDS_BY_SLUG = Named(SLUG, Whole(1, 2**31 - 1))

# Names that are kept for what is not built yet: told apart from names that nobody knows.
RESERVED_VARIABLES = ("GATEWAY_EPHEMERAL", "GATEWAY_METRICS_BIND")
RESERVED_TABLES = ("storefronts", "mapping", "catalog")


@dataclass(frozen=True)
class HelpContact:
    """Whom a person may ask.

    Args:
        text: a mail address or a URL, as a page shows it.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def href(self) -> str:
        """Return where a link to the contact leads."""
        return self.text if "://" in self.text else f"mailto:{quote(self.text, safe='@')}"

    @classmethod
    def read(cls, text: str) -> "HelpContact":
        """Return the contact of a setting's text."""
        return cls(mail_or_url(text))


@dataclass(frozen=True, kw_only=True)
class Slugs:
    """Readable names of courses and categories in addresses, each with its TalentLMS id."""

    courses: Annotated[
        Mapping[str, int],
        Setting(IDS_BY_SLUG, "Names for `/go/course/…` and `/buy/course/…`.", key="courses"),
    ] = field(default_factory=lambda: MappingProxyType({}))
    categories: Annotated[
        Mapping[str, int],
        Setting(IDS_BY_SLUG, "Names for `/buy/category/…`.", key="categories"),
    ] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set. The meaning of every field stands in its annotation; times are in seconds."""

    public_url: Annotated[
        str,
        Setting(
            Rule("https address", origin),
            "The gateway's own address as browsers see it. It is never derived from a request.",
            variable="GATEWAY_PUBLIC_URL",
        ),
    ]
    secret_keys: Annotated[
        tuple[Secret, ...],
        Setting(
            Rule("list: 32 bytes or more each", signing_keys),
            "The keys that sign forms and make managed passwords: the first signs, all verify.",
            variable="GATEWAY_SECRET_KEYS",
            secret=True,
        ),
    ]
    database_url: Annotated[
        Secret,
        Setting(
            Rule("`sqlite:////…` or `postgresql://…` URL", database),
            "Where everything is kept that lasts: which account is whose. A SQLite file serves all processes of one "
            "machine, and is made where it is missing; PostgreSQL serves many machines, beyond this one with "
            "`sslmode=verify-full`.",
            variable=DATABASE_URL,
            secret=True,
            unset="`gateway.db` in systemd's `$STATE_DIRECTORY`; else, with a public URL of this machine, in `var/` "
            "below the project's folder; else **required**",
        ),
    ]
    redis_url: Annotated[
        Secret | None,
        Setting(
            Rule("`redis://` or `rediss://` URL", redis),
            "Where sessions and everything else are kept that lasts for hours. Without it they live in the process, "
            "which then must be the only one. `redis://` is not encrypted: beyond one machine use it only in a private "
            "network.",
            variable="GATEWAY_REDIS_URL",
            secret=True,
            unset="embedded store",
        ),
    ] = None
    config_file: Annotated[
        Path | None,
        Setting(
            Rule("path", path),
            "The TOML file described below.",
            variable="GATEWAY_CONFIG",
        ),
    ] = None
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        Setting(
            Several(Rule("network such as `10.0.0.0/8`", network)),
            "The networks of proxies whose `X-Forwarded-For` is believed; no other header of the kind is read. Name "
            "every proxy that `GATEWAY_PROXY_COUNT` counts, and nobody else who can reach the gateway.",
            variable="GATEWAY_TRUSTED_PROXIES",
        ),
    ] = ()
    proxy_count: Annotated[
        int,
        Setting(
            Whole(1, 10),
            "How many trusted proxies stand in a row: so many entries of `X-Forwarded-For` are taken from the right, "
            "no more. Counted too high, people could write the missing ones themselves.",
            variable="GATEWAY_PROXY_COUNT",
        ),
    ] = 1
    ca_file: Annotated[
        Path | None,
        Setting(
            Rule("path of a PEM file", certificates),
            "Further certificate authorities for TalentLMS, identity providers and Redis. The verification itself "
            "cannot be switched off.",
            variable="GATEWAY_CA_FILE",
        ),
    ] = None
    rate_limits: Annotated[
        bool,
        Setting(
            Switch(),
            "Whether failed codes and passwords are limited; passwords for a person and an address together. Sign-ins "
            "that are begun or completed never count.",
            variable="GATEWAY_RATE_LIMITS",
        ),
    ] = True
    session_idle: Annotated[
        int,
        Setting(
            Whole(MINUTE, MONTH),
            "Seconds without a click after which a session ends; at most `GATEWAY_SESSION_LIFETIME`.",
            variable="GATEWAY_SESSION_IDLE",
            unset=f"`{IDLE}`, or the lifetime if that is less",
        ),
    ] = IDLE
    session_lifetime: Annotated[
        int,
        Setting(
            Whole(MINUTE, MONTH),
            "Seconds after which a session ends in any case.",
            variable="GATEWAY_SESSION_LIFETIME",
        ),
    ] = 43200
    help_contact: Annotated[
        HelpContact | None,
        Setting(
            Rule("mail address or https URL", HelpContact.read),
            "Whom error pages name for help.",
            variable="GATEWAY_HELP_CONTACT",
        ),
    ] = None
    password_sign_in: Annotated[
        bool,
        Setting(
            Switch(),
            "Whether `/login/password` lets people in with a TalentLMS username and password.",
            variable="GATEWAY_PASSWORD_SIGN_IN",
        ),
    ] = False
    log_level: Annotated[
        str,
        Setting(
            Choice("debug", "info", "warning", "error"),
            "The least important events that are still logged; the audit trail is written in any case.",
            variable="GATEWAY_LOG_LEVEL",
        ),
    ] = "info"
    talentlms: TalentLMSSettings
    identity_providers: tuple[IdentityProviderSettings, ...] = ()
    slugs: Slugs = field(default_factory=Slugs)

    def __post_init__(self) -> None:
        object.__setattr__(self, "session_idle", min(self.session_idle, self.session_lifetime))

    @property
    def secure(self) -> bool:
        """Tell whether browsers reach the gateway over https."""
        return self.public_url.startswith("https://")


def contradictions(values: Mapping[str, Any]) -> Iterator[tuple[str, Refused]]:
    """Tell what does not go together in the gateway's own settings; the default gives way of itself."""
    idle, lifetime = values.get("session_idle", IDLE), values.get("session_lifetime", MONTH)
    if lifetime < idle != IDLE:
        remedy = f"write at most GATEWAY_SESSION_LIFETIME, which is {lifetime}"
        yield "session_idle", Refused.because("is longer than the session's lifetime", remedy, str(idle))
