"""The settings of one identity provider."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from gateway.config.addresses import domain, issuer_url
from gateway.config.faults import Refused
from gateway.config.kinds import Choice, Rule, Several, Switch, Whole
from gateway.config.setting import Setting
from gateway.config.texts import matching, pem_key, plain, secret
from schemas.secret import Secret

# Sign-in at these addresses of the gateway's own would shadow a provider's.
TAKEN_NAMES = frozenset({"initiate", "password"})
MICROSOFT_HOSTS = frozenset(
    {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}
)
PRESETS_BY_HOST = MappingProxyType({"accounts.google.com": "google", **dict.fromkeys(MICROSOFT_HOSTS, "entra")})
EVERY_TENANT = frozenset({"common", "organizations", "consumers"})
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")

NAME = Rule(
    "1 to 32 of `a-z`, `0-9`, `-`",
    matching(r"[a-z0-9-]{1,32}", "is not a provider's name", "write 1 to 32 small letters, digits and -"),
)
# RFC 6749, section 3.3: scope-token.
SCOPE = Rule("scope", matching(r"[\x21\x23-\x5B\x5D-\x7E]+", "is not a scope", "write words without quotes"))
WORD = Rule("text without blanks", matching(r"[!-~]+", "has blanks or foreign letters", "write it without"))
TEXT = Rule("text", plain)


@dataclass(frozen=True, kw_only=True)
class IdentityProviderSettings:
    """One OpenID provider that people sign in with.

    The meaning of every field stands in its annotation. However it is made, ``preset`` is not ``generic`` where the
    issuer's host is Google's or Entra ID's: by the standard alone, Google would vouch for addresses that are not its
    own, and the people of Entra ID would be others with each registration.
    """

    name: Annotated[
        str,
        Setting(NAME, "The provider's name in addresses: `/login/<name>`, `/callback/<name>`.", key="name"),
    ]
    preset: Annotated[
        Literal["entra", "okta", "google", "keycloak", "auth0", "jumpcloud", "generic"],
        Setting(
            Choice("entra", "okta", "google", "keycloak", "auth0", "jumpcloud", "generic"),
            "The product, so that its peculiarities are known. Google and Entra ID are known by the issuer's host as "
            "well.",
            variable="OIDC_PRESET",
            key="preset",
        ),
    ] = "generic"
    issuer: Annotated[
        str,
        Setting(
            Rule("https address", issuer_url),
            "The issuer, character for character as the provider's metadata has it. For Entra ID the address with "
            "your tenant's id; `common` and `organizations` would let every tenant in and are refused.",
            variable="OIDC_ISSUER",
            key="issuer",
        ),
    ]
    client_id: Annotated[
        str,
        Setting(TEXT, "The client id that the provider gave the gateway.", variable="OIDC_CLIENT_ID", key="client_id"),
    ]
    client_secret: Annotated[
        Secret | None,
        Setting(
            Rule("text", secret),
            "The client's secret. Needed unless `client_authentication` is `private_key_jwt`.",
            variable="OIDC_CLIENT_SECRET",
            key="client_secret",
            secret=True,
        ),
    ] = None
    scopes: Annotated[
        tuple[str, ...],
        Setting(
            Several(SCOPE, needs="openid", empty="name openid and what else you need, or leave the key out"),
            "What is asked for; `openid` must be among them.",
            variable="OIDC_SCOPES",
            key="scopes",
        ),
    ] = ("openid", "profile", "email")
    trusted_email_domains: Annotated[
        frozenset[str],
        Setting(
            Several(
                Rule("domain", domain),
                frozenset,
                empty="leave the key out to trust every domain that the issuer marks verified",
            ),
            "The mail domains for which this provider may vouch: only with them may an existing account be found "
            "by its address.",
            variable="OIDC_TRUSTED_EMAIL_DOMAINS",
            key="trusted_email_domains",
            unset="every domain that the issuer marks verified",
        ),
    ] = frozenset()
    email_verified_domains: Annotated[
        frozenset[str],
        Setting(
            Several(Rule("domain", domain), frozenset),
            "Mail domains whose addresses count as verified although the provider never says so: only where the claim "
            "(`email_verified`, for Entra ID `xms_edov`) is absent, never against `false` or a text. For providers at "
            "which people cannot edit their own address. Within `trusted_email_domains`, where these are set.",
            variable="OIDC_EMAIL_VERIFIED_DOMAINS",
            key="email_verified_domains",
        ),
    ] = frozenset()
    trust_username: Annotated[
        bool,
        Setting(
            Switch(),
            "Whether an existing account may be adopted by its username.",
            variable="OIDC_TRUST_USERNAME",
            key="trust_username",
        ),
    ] = False
    userinfo: Annotated[
        Literal["always", "missing", "never"],
        Setting(
            Choice("always", "missing", "never"),
            "When the userinfo endpoint is asked: at every sign-in, only where the ID token has no `email`, or never.",
            variable="OIDC_USERINFO",
            key="userinfo",
        ),
    ] = "always"
    algorithms: Annotated[
        tuple[str, ...],
        Setting(
            Several(Choice(*ALGORITHMS), empty="name at least one, or leave the key out"),
            "The signatures that are accepted: on ID tokens, on logout tokens, and on UserInfo where it is signed. "
            "`Ed25519` is the newer name of `EdDSA` (RFC 9864); either stands for both.",
            variable="OIDC_ALGORITHMS",
            key="algorithms",
        ),
    ] = ALGORITHMS
    client_authentication: Annotated[
        Literal["client_secret_basic", "client_secret_post", "private_key_jwt"],
        Setting(
            Choice("client_secret_basic", "client_secret_post", "private_key_jwt"),
            "How the gateway proves itself to the token endpoint. `client_secret_post` where the provider does not "
            "take a secret with `+`, `/`, `:` or `%` by `client_secret_basic`, which writes it form-encoded.",
            variable="OIDC_CLIENT_AUTHENTICATION",
            key="client_authentication",
        ),
    ] = "client_secret_basic"
    private_key: Annotated[
        Secret | None,
        Setting(
            Rule("private key in PEM", pem_key),
            "The key that signs for `private_key_jwt`, not encrypted.",
            variable="OIDC_PRIVATE_KEY",
            key="private_key",
            secret=True,
        ),
    ] = None
    trusted_audiences: Annotated[
        frozenset[str],
        Setting(
            Several(WORD, frozenset),
            "What a token may be for besides the gateway, such as the id of a project. A token that names any other "
            "audience is refused; with several audiences its `azp` has to be the gateway.",
            variable="OIDC_TRUSTED_AUDIENCES",
            key="trusted_audiences",
        ),
    ] = frozenset()
    acr_values: Annotated[
        tuple[str, ...],
        Setting(
            Several(WORD),
            "The authentication context classes to ask for, best first. A sign-in with another one, or with none, is "
            "refused.",
            variable="OIDC_ACR_VALUES",
            key="acr_values",
        ),
    ] = ()
    max_age: Annotated[
        int | None,
        Setting(
            Whole(0, 30 * 24 * 3600),
            "Seconds after which a person must prove themselves to the provider anew.",
            variable="OIDC_MAX_AGE",
            key="max_age",
        ),
    ] = None
    pushed_authorization: Annotated[
        bool,
        Setting(
            Switch(),
            "Whether the request is pushed to the provider first (RFC 9126); where its metadata say so, it always is.",
            variable="OIDC_PUSHED_AUTHORIZATION",
            key="pushed_authorization",
        ),
    ] = False
    label: Annotated[
        str | None,
        Setting(
            TEXT, "What the sign-in button calls the provider.", variable="OIDC_LABEL", key="label", unset="the name"
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.preset == "generic":
            known = PRESETS_BY_HOST.get(urlsplit(self.issuer).hostname or "", "generic")
            object.__setattr__(self, "preset", known)


def contradictions(values: Mapping[str, Any]) -> Iterator[tuple[str, Refused]]:
    """Tell what does not go together in one provider, each with the field that it is held against."""
    if values.get("name") in TAKEN_NAMES:
        yield "name", Refused.because("is an address of the gateway's own", "choose another name", values["name"])
    if admits_every_tenant(values):
        remedy = "write your tenant's id in its place, this gateway serves one tenant"
        yield "issuer", Refused.because("lets every Entra tenant in", remedy, values["issuer"])
    yield from credentials(values)
    trusted = values.get("trusted_email_domains")
    for name in sorted(values.get("email_verified_domains", ())):
        if trusted and name not in trusted:
            remedy = "add it there, too, or remove it here"
            yield "email_verified_domains", Refused.because("is not among trusted_email_domains", remedy, name)


def admits_every_tenant(values: Mapping[str, Any]) -> bool:
    """Tell whether the issuer is one of Entra ID's that stand for many tenants."""
    parts = urlsplit(values.get("issuer", ""))
    entra = values.get("preset") == "entra" or parts.hostname in MICROSOFT_HOSTS
    return entra and parts.path.lstrip("/").partition("/")[0].lower() in EVERY_TENANT


def credentials(values: Mapping[str, Any]) -> Iterator[tuple[str, Refused]]:
    """Tell which of the client's two credentials is missing or too many."""
    authentication = values.get("client_authentication")
    if authentication is None:
        return
    needed, other = "client_secret", "private_key"
    if authentication == "private_key_jwt":
        needed, other = other, needed
    if values.get(needed) is None:
        yield needed, Refused.because("is missing", "give it, or the path of a file that holds it")
    if values.get(other) is not None:
        yield other, Refused.because("is not used", f"remove it, client_authentication asks for {needed}")
