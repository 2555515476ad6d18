"""What an identity provider or a shop is trusted with, and why a person's address counts for nothing."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from schemas.identity import EmailDoubt, Identity

_CORRECT = "correct the address in the person's profile at the provider"
_BOOLEAN = "have the provider send the boolean true, without quotes, once the address is verified"

_ABSENT: Collection[EmailDoubt] = ("email_verified-absent", "xms_edov-absent")
"""The provider says nothing at all; everything else is an answer, which no setting overrules."""

_OF_A_PRODUCT: Collection[EmailDoubt] = (*_ABSENT, "hd-absent")
"""What the preset of another product would not miss."""

NEARLY = 0.8
"""How much two domains have in common, of 1, that differ by a typing mistake."""
LONGEST_COMPARED = 64
"""Characters of a domain, beyond which none is looked for that is nearly the same."""
TOLD_DOMAINS = 3

_REASONS: Mapping[EmailDoubt, tuple[str, str]] = {
    "": ("nobody says that the address is verified", "have it verified at the provider"),
    "missing": ("the claim email is absent", "have the provider send it: the scope email, the person's profile there"),
    "blanks-around": ("the claim email has blanks around the address", _CORRECT),
    "malformed": ("the claim email is not one whole address, such as kim@acme.com", _CORRECT),
    "email_verified-absent": (
        "email_verified is absent",
        "have the provider send it, or list the domain in email_verified_domains if people cannot edit their address",
    ),
    "email_verified-false": ("email_verified is false", "have the address verified at the provider"),
    "email_verified-text": ('email_verified is a text such as "true", not the boolean true', _BOOLEAN),
    "email_verified-not-boolean": ("email_verified is not a boolean", _BOOLEAN),
    "email_verified-elsewhere": (
        "email_verified came apart from the address: one in the ID token, the other from UserInfo",
        "have the provider send both in the same place",
    ),
    "xms_edov-absent": (
        "xms_edov is absent, the claim by which Entra ID tells that the address's domain is verified",
        "add xms_edov to the optional claims of the ID token",
    ),
    "xms_edov-not-true": (
        "xms_edov is not true: Entra ID does not say that the address's domain is verified",
        "verify the domain in the tenant, or give the person an address of one that is verified",
    ),
    "mapped": (
        "the mapping takes the address from another claim than email, of which nobody says whether it is verified",
        "have the provider send the address as email, with what says that it is verified",
    ),
    "directory": (
        "the directory has another address than the sign-in, and says nothing of who verified it",
        "have the provider send the same address in both",
    ),
    "hd-absent": (
        "hd is absent: Google is not the authority over the address",
        "have the person sign in with an account of the Workspace domain",
    ),
    "hd-differs": (
        "hd is another domain than the address's: Google is not the authority over the address",
        "give the person an address of the Workspace's primary domain",
    ),
}
"""By what is to be said against an address: the condition, and what an operator can do about it."""


@dataclass(frozen=True)
class Objection:
    """Why an address does not count; both empty where it does.

    Attributes:
        condition: what exactly is the matter.
        remedy: what an operator can do.
    """

    condition: str
    remedy: str


_SHOPS_DOUBT = (
    "the storefront does not say that the address is verified",
    "have it send email_verified = true for customers who have confirmed their address, and for nobody else",
)
_NOT_ADOPTED_BY_SCIM = (
    'the setting scim.adopt is "never"',
    'connect the account by hand, or set scim.adopt = "trusted_domains" if the provider verifies those addresses',
)
_NOT_ADOPTED = (
    'the storefront\'s setting adopt is "never"',
    'connect the account by hand, or set adopt = "verified" if the shop verifies its customers\' addresses',
)


@dataclass(frozen=True)
class Trust:
    """What an identity provider or a shop is trusted with.

    Attributes:
        email_domains: whose addresses it may vouch for; empty for all.
        usernames: whether an account may be adopted by its user name, which is neither unique nor stable
            (Core 5.7).
        verified_domains: whose addresses count as verified where the provider never says whether they are.
        is_shop: whether it is a shop, where anybody types an address: TalentLMS is told those alone that it has
            verified.
        adopts: whether an account that exists already may be adopted by a verified address.
        preset: the product whose claims are gone by; empty where no preset is.
    """

    email_domains: Collection[str] = ()
    usernames: bool = False
    verified_domains: Collection[str] = ()
    is_shop: bool = False
    adopts: bool = True
    preset: str = ""

    def vouches_for_email(self, identity: Identity) -> bool:
        """Return whether the identity's address opens an account: it is known to be this person's own."""
        return self.adopts and self._is_verified(identity) and self.may_tell_email(identity)

    def may_tell_email(self, identity: Identity) -> bool:
        """Return whether TalentLMS may be told the identity's address as that of an account which exists already."""
        told = identity.email_verified is True if self.is_shop else identity.email_verified is not False
        return told and bool(identity.email) and self._is_of_trusted_domain(identity)

    def objection(self, identity: Identity) -> Objection:
        """Return what keeps the identity's address from counting as this person's own, each condition by itself."""
        reasons = []
        if not (identity.email and self._is_verified(identity)):
            is_typed = self.is_shop and not identity.email_doubt
            reasons.append(_SHOPS_DOUBT if is_typed else self._doubt(identity.email_doubt))
        if identity.email and not self._is_of_trusted_domain(identity):
            domain = _domain(identity)
            reasons.append((f"{domain} is not among trusted_email_domains", self._of_domain(domain)))
        if not self.adopts:
            reasons.append(_NOT_ADOPTED if self.is_shop else _NOT_ADOPTED_BY_SCIM)
        conditions, remedies = ([reason[part] for reason in reasons] for part in (0, 1))
        return Objection("; ".join(conditions), "; ".join(remedies))

    def _doubt(self, doubt: EmailDoubt) -> tuple[str, str]:
        condition, remedy = _REASONS[doubt]
        if self.preset and doubt in _OF_A_PRODUCT:
            remedy += f"; the preset is {self.preset}: name that of the provider's product if it is another"
        return condition, remedy

    def _of_domain(self, domain: str) -> str:
        """Return what to do about a domain that is not trusted; a typing mistake may be in the settings or in it."""
        trusted = sorted(self.email_domains)
        near = difflib.get_close_matches(domain, trusted, 1, NEARLY) if len(domain) <= LONGEST_COMPARED else []
        slip = f"{near[0]} is nearly the same: correct whichever is misspelt; " if near else ""
        others = f" and {len(trusted) - TOLD_DOMAINS} more" if len(trusted) > TOLD_DOMAINS else ""
        listed = ", ".join(trusted[:TOLD_DOMAINS]) + others
        return f"{slip}trusted are {listed}; add the domain, if this provider may vouch for its addresses"

    def _is_verified(self, identity: Identity) -> bool:
        assumed = identity.email_doubt in _ABSENT and _domain(identity) in self.verified_domains
        return identity.email_verified is True or assumed

    def _is_of_trusted_domain(self, identity: Identity) -> bool:
        return not self.email_domains or _domain(identity) in self.email_domains


def _domain(identity: Identity) -> str:
    return identity.email.rpartition("@")[2]
