"""The settings of SCIM; `settings` says how one is added."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from gateway.config.faults import Fault, did_you_mean, shown
from gateway.config.fields import Choice, Text
from gateway.config.group import Group
from gateway.config.identity_providers import NAME
from gateway.config.storefronts import api_key
from schemas.secret import Secret

MOST_TOKENS = 2
"""Of a connection: one, and another while it is being replaced."""

ScimAdopt = Literal["never", "trusted_domains"]
OnDelete = Literal["deactivate", "delete"]


@dataclass(frozen=True, kw_only=True)
class ScimToken:
    """A bearer token of an identity provider's connection; it is known by its SHA-256 alone, in hexadecimal digits."""

    provider: str
    token: Secret


@dataclass(frozen=True, kw_only=True)
class ScimSettings:
    """Whether identity providers push people and groups."""

    adopt: ScimAdopt = "never"
    on_delete: OnDelete = "deactivate"
    tokens: tuple[ScimToken, ...] = ()

    @property
    def digests(self) -> Mapping[str, Sequence[Secret]]:
        """The tokens by their provider."""
        names = {entry.provider for entry in self.tokens}
        return {name: [entry.token for entry in self.tokens if entry.provider == name] for name in sorted(names)}


class ScimTable(Group):
    """The table ``scim`` of the file, without its list ``tokens``."""

    becomes = ScimSettings

    adopt = Choice(
        get_args(ScimAdopt),
        "Whether a person whom an identity provider pushes may get an account that exists already: never, or by an "
        "e-mail address of the provider's `trusted_email_domains`, which must then be set.",
    )
    on_delete = Choice(
        get_args(OnDelete),
        "What becomes of the account of a person whom the provider deletes: it is deactivated and keeps its progress, "
        "or TalentLMS deletes it.",
    )


class ScimTokenSchema(Group):
    """An entry of the list ``tokens`` of the table ``scim``."""

    becomes = ScimToken

    provider = Text(NAME, "name of an identity provider", "The identity provider whose connection the token opens.")
    token = Text(
        api_key,
        "token of 32 characters or more, or `sha256:` and 64 hexadecimal digits",
        "The bearer token that it sends to `/scim/v2`; two while one is being replaced.",
        secret=True,
    )


def scim(
    table: Mapping[str, Any], providers: Sequence[Mapping[str, Any]], faults: list[Fault], folder: Path
) -> dict[str, Any]:
    """Return the values of the table ``scim``, without those that are wrong.

    Args:
        table: what the file has.
        providers: the identity providers' values.
        faults: what is wrong is added here.
        folder: where relative paths of secret files begin.
    """
    own = {name: value for name, value in table.items() if name != "tokens"}
    values = ScimTable(table="scim.").read(own, faults)
    listed = table.get("tokens", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        faults.append(Fault("scim.tokens", "is not a list of tables; write { provider = …, token = … } for each"))
        listed = []
    before = len(faults)
    read = [
        ScimTokenSchema(table=f"scim.tokens[{index}].").read(one, faults, folder) for index, one in enumerate(listed)
    ]
    if len(faults) == before:
        tokens = tuple(ScimToken(**one) for one in read)
        faults += _contradictions(tokens, values.get("adopt", "never"), providers)
        values["tokens"] = tokens
    return values


def _contradictions(
    tokens: Sequence[ScimToken], adopt: ScimAdopt, providers: Sequence[Mapping[str, Any]]
) -> Iterator[Fault]:
    by_name = {provider["name"]: provider for provider in providers if "name" in provider}
    for index, token in enumerate(tokens):
        name = f"scim.tokens[{index}].provider"
        if token.provider not in by_name:
            remedy = did_you_mean(token.provider, by_name, "name one of the identity providers")
            yield Fault(name, f"{shown(token.provider)} is no identity provider; {remedy}")
        elif adopt == "trusted_domains" and not by_name[token.provider].get("trusted_email_domains", True):
            yield Fault("scim.adopt", f"needs the trusted_email_domains of {token.provider}; name them, or write never")
    pushing = sorted({token.provider for token in tokens} & by_name.keys())
    issuers = Counter(by_name[name].get("issuer") for name in pushing)
    for name in pushing:
        if issuers[by_name[name].get("issuer")] > 1:
            says = "name two providers with one issuer, whose people are the same; give one of them tokens"
            yield Fault("scim.tokens", says)
            break
    if len({token.token for token in tokens}) < len(tokens):
        yield Fault("scim.tokens", "holds a token twice; a token says whose people come, so give each its own")
    for provider, number in Counter(token.provider for token in tokens).items():
        if number > MOST_TOKENS:
            yield Fault("scim.tokens", f"has {number} for {provider}; leave two, the new one and the old one")
