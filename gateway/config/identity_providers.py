"""The settings of one identity provider; `settings` says how one is added."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from marshmallow.validate import Regexp

from gateway.config.faults import shown
from gateway.config.fields import Choice, Several, Switch, Text, Whole
from gateway.config.group import Group
from gateway.config.rules import domain, issuer_url, origin, pem_key, plain, secret
from schemas.secret import Secret

# Sign-in at these addresses of the gateway's own would shadow a provider's.
TAKEN_NAMES = frozenset({"initiate", "password"})
MICROSOFT_HOSTS = frozenset(
    {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"}
)
PRESETS_BY_HOST = MappingProxyType({"accounts.google.com": "google", **dict.fromkeys(MICROSOFT_HOSTS, "entra")})
GRAPH = "https://graph.microsoft.com"
GRAPH_BY_HOST = MappingProxyType(
    {
        "login.microsoftonline.us": "https://graph.microsoft.us",
        "login.partner.microsoftonline.cn": "https://microsoftgraph.chinacloudapi.cn",
    }
)
EVERY_TENANT = frozenset({"common", "organizations", "consumers"})
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")

NAME = Regexp(r"[a-z0-9-]{1,32}\Z", error="is not a provider's name; write 1 to 32 small letters, digits and -")
# RFC 6749, section 3.3: scope-token.
SCOPE = Regexp(r"[\x21\x23-\x5B\x5D-\x7E]+\Z", error="is not a scope; write words without quotes")
WORD = Text(Regexp(r"[!-~]+\Z", error="has blanks or foreign letters; write it without"), "text without blanks")

Preset = Literal["entra", "okta", "google", "keycloak", "auth0", "jumpcloud", "generic"]
Userinfo = Literal["always", "missing", "never"]
FetchGroups = Literal["never", "security", "all"]
ClientAuthentication = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]


@dataclass(frozen=True, kw_only=True)
class IdentityProviderSettings:
    """One OpenID provider that people sign in with.

    However it is made, ``preset`` is not ``generic`` where the issuer's host is Google's or Entra ID's: by the standard
    alone, Google would vouch for addresses that are not its own, and the people of Entra ID would be others with each
    registration.
    """

    name: str
    preset: Preset = "generic"
    issuer: str
    client_id: str
    client_secret: Secret | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    trusted_email_domains: frozenset[str] = frozenset()
    email_verified_domains: frozenset[str] = frozenset()
    trust_username: bool = False
    userinfo: Userinfo = "always"
    algorithms: tuple[str, ...] = ALGORITHMS
    client_authentication: ClientAuthentication = "client_secret_basic"
    private_key: Secret | None = None
    trusted_audiences: frozenset[str] = frozenset()
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    pushed_authorization: bool = False
    groups_claim: str | None = None
    fetch_groups: FetchGroups = "never"
    graph_url: str | None = None
    label: str | None = None

    def __post_init__(self) -> None:
        if self.preset == "generic":
            known = PRESETS_BY_HOST.get(urlsplit(self.issuer).hostname or "", "generic")
            object.__setattr__(self, "preset", known)

    @property
    def graph(self) -> str:
        """Where Microsoft Graph is for the people of this provider."""
        return self.graph_url or GRAPH_BY_HOST.get(urlsplit(self.issuer).hostname or "", GRAPH)


class IdentityProviderSchema(Group):
    """An entry of the list ``identity_providers`` of the file, or the variables that say the same."""

    becomes = IdentityProviderSettings

    def __init__(self, *, earlier: Sequence[Mapping[str, Any]] = (), **names: Any) -> None:
        """Take what `Group` takes, and the values of the providers that are listed before."""
        self.earlier = earlier
        super().__init__(**names)

    name = Text(
        NAME,
        "1 to 32 of `a-z`, `0-9`, `-`",
        "The provider's name in addresses: `/login/<name>`, `/callback/<name>`.",
    )
    preset = Choice(
        get_args(Preset),
        "The product, so that its peculiarities are known. Google and Entra ID are known by the issuer's host as well.",
    )
    issuer = Text(
        issuer_url,
        "https address",
        "The issuer, character for character as the provider's metadata has it. For Entra ID the address with "
        "your tenant's id; `common` and `organizations` would let every tenant in and are refused.",
    )
    client_id = Text(plain, "text", "The client id that the provider gave the gateway.")
    client_secret = Text(
        secret, "text", "The client's secret. Needed unless `client_authentication` is `private_key_jwt`.", secret=True
    )
    scopes = Several(
        Text(SCOPE, "scope"),
        "What is asked for; `openid` must be among them.",
        empty="name openid and what else you need, or leave the key out",
        into=tuple,
    )
    trusted_email_domains = Several(
        Text(domain, "domain"),
        "The mail domains for which this provider may vouch: only with them may an existing account be found "
        "by its address.",
        empty="leave the key out to trust every domain that the issuer marks verified",
        unset="every domain that the issuer marks verified",
    )
    email_verified_domains = Several(
        Text(domain, "domain"),
        "Mail domains whose addresses count as verified although the provider never says so: only where the claim "
        "(`email_verified`, for Entra ID `xms_edov`) is absent, never against `false` or a text. For providers at "
        "which people cannot edit their own address. Within `trusted_email_domains`, where these are set.",
    )
    trust_username = Switch("Whether an existing account may be adopted by its username.")
    userinfo = Choice(
        get_args(Userinfo),
        "When the userinfo endpoint is asked: at every sign-in, only where the ID token has no `email`, or never.",
    )
    algorithms = Several(
        Choice(ALGORITHMS),
        "The signatures that are accepted: on ID tokens, on logout tokens, and on UserInfo where it is signed. "
        "`Ed25519` is the newer name of `EdDSA` (RFC 9864); either stands for both.",
        empty="name at least one, or leave the key out",
        into=tuple,
    )
    client_authentication = Choice(
        get_args(ClientAuthentication),
        "How the gateway proves itself to the token endpoint. `client_secret_post` where the provider does not "
        "take a secret with `+`, `/`, `:` or `%` by `client_secret_basic`, which writes it form-encoded.",
    )
    private_key = Text(
        pem_key, "private key in PEM", "The key that signs for `private_key_jwt`, not encrypted.", secret=True
    )
    trusted_audiences = Several(
        WORD,
        "What a token may be for besides the gateway, such as the id of a project. A token that names any other "
        "audience is refused; with several audiences its `azp` has to be the gateway.",
    )
    acr_values = Several(
        WORD,
        "The authentication context classes to ask for, best first. A sign-in with another one, or with none, is "
        "refused.",
        into=tuple,
    )
    max_age = Whole(0, 30 * 24 * 3600, "Seconds after which a person must prove themselves to the provider anew.")
    pushed_authorization = Switch(
        "Whether the request is pushed to the provider first (RFC 9126); where its metadata say so, it always is."
    )
    groups_claim = Text(
        plain,
        "claim",
        "The claim in which the provider sends a person's groups; a nested one is named with dots. The roles that a "
        "preset knows count as groups as well: [mapping](mapping.md#groups).",
        unset="what the preset says, otherwise `groups`",
    )
    fetch_groups = Choice(
        get_args(FetchGroups),
        "Whether Microsoft Graph is asked for the groups of people whose ID token leaves them out, which Entra ID does "
        "above 200: for their `security` groups, or for `all`, whichever the groups claim is set up for. It takes "
        "[permissions](providers/entra.md#people-in-more-than-200-groups).",
    )
    graph_url = Text(
        origin,
        "https address",
        "Where Microsoft Graph is.",
        unset="`https://graph.microsoft.com`, in a national cloud that cloud's",
    )
    label = Text(plain, "text", "What the sign-in button calls the provider.", unset="the name")

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk what does not go together in one provider."""
        if values.get("name") in TAKEN_NAMES:
            yield "name", f"{shown(values['name'])} is an address of the gateway's own; choose another name"
        if admits_every_tenant(values):
            remedy = "write your tenant's id in its place, this gateway serves one tenant"
            yield "issuer", f"{shown(values['issuer'])} lets every Entra tenant in; {remedy}"
        if "openid" not in values.get("scopes", ("openid",)):
            yield "scopes", "does not name openid; add openid"
        yield from credentials(values)
        yield from fetching(values)
        trusted = values.get("trusted_email_domains")
        for name in sorted(values.get("email_verified_domains", ())):
            if trusted and name not in trusted:
                remedy = "add it there, too, or remove it here"
                yield "email_verified_domains", f"{shown(name)} is not among trusted_email_domains; {remedy}"
        yield from duplicates(values, self.earlier)


def admits_every_tenant(values: Mapping[str, Any]) -> bool:
    """Tell whether the issuer is one of Entra ID's that stand for many tenants."""
    parts = urlsplit(values.get("issuer", ""))
    entra = values.get("preset") == "entra" or parts.hostname in MICROSOFT_HOSTS
    return entra and parts.path.lstrip("/").partition("/")[0].lower() in EVERY_TENANT


def fetching(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Walk what does not go together where groups are fetched."""
    fetched, claim = values.get("fetch_groups", "never"), values.get("groups_claim")
    if fetched == "never":
        if values.get("graph_url"):
            yield "graph_url", "is not used; write fetch_groups as well, or remove it"
        return
    if values.get("preset") != "entra" and urlsplit(values.get("issuer", "")).hostname not in MICROSOFT_HOSTS:
        yield "fetch_groups", f'{shown(fetched)} is for Entra ID alone; remove it, or write preset = "entra"'
    if claim not in (None, "groups"):
        yield "groups_claim", f"{shown(claim)} is not what is fetched, which is groups; remove one of the two"


def credentials(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Walk which of the client's two credentials is missing or too many."""
    authentication = values.get("client_authentication")
    if authentication is None:
        return
    needed, other = "client_secret", "private_key"
    if authentication == "private_key_jwt":
        needed, other = other, needed
    if values.get(needed) is None:
        yield needed, "is missing; give it, or the path of a file that holds it"
    if values.get(other) is not None:
        yield other, f"is not used; remove it, client_authentication asks for {needed}"


def duplicates(values: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Walk what a provider has in common with earlier ones although it should not."""
    name, client = values.get("name"), (values.get("issuer"), values.get("client_id"))
    if name and name in {other.get("name") for other in earlier}:
        remedy = "give each its own; the one of the OIDC_ variables is called default"
        yield "name", f"{shown(name)} is the name of another provider, too; {remedy}"
    if all(client) and client in {(other.get("issuer"), other.get("client_id")) for other in earlier}:
        yield "issuer", f"{shown(str(client[0]))} is listed twice with the same client_id; remove one of the two"
