"""The people who can sign in: each an id for the picker and the claims that are said about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SCOPE_OF_CLAIM = {
    "name": "profile",
    "given_name": "profile",
    "family_name": "profile",
    "preferred_username": "profile",
    "locale": "profile",
    "zoneinfo": "profile",
    "email": "email",
    "email_verified": "email",
    "phone_number": "phone",
    "address": "address",
}
"""Which scope releases a claim (OpenID Connect Core, section 5.4); any other claim is always released."""


@dataclass(frozen=True)
class Person:
    """Somebody with an account here.

    Attributes:
        id: What `login_hint` and the picker say.
        claims: What is said about them; always with `sub`.
        note: What the picker adds, for people who try things out.
    """

    id: str
    claims: Mapping[str, Any]
    note: str = ""

    @property
    def label(self) -> str:
        """What the picker shows: the name, or the best there is instead of one."""
        words = (self.claims.get(claim) for claim in ("name", "email", "preferred_username"))
        return next((str(word) for word in words if word), self.id)

    @property
    def hint(self) -> str:
        """The line under the label: the e-mail address, what is peculiar about it, and the note."""
        email = self.claims.get("email")
        words = str(email) if email else "no e-mail address"
        if email and self.claims.get("email_verified") is not True:
            words = f"{email}, not verified"
        return f"{words}, {self.note}" if self.note else words

    def released(self, scopes: Iterable[str]) -> dict[str, Any]:
        """The claims that these scopes release, always with `sub`."""
        granted = set(scopes)
        return {
            claim: value
            for claim, value in self.claims.items()
            if claim not in SCOPE_OF_CLAIM or SCOPE_OF_CLAIM[claim] in granted
        }


def default_sub(id_: str) -> str:
    """The `sub` of a person whose claims name none."""
    return f"sandbox-{id_}"


def person(id_: str, note: str = "", **claims: Any) -> Person:
    """A person whose `sub` is derived from the id unless the claims name one."""
    return Person(id_, {"sub": default_sub(id_), **claims}, note)


def verified(email: str, given_name: str, family_name: str, id_: str, note: str = "", **claims: Any) -> Person:
    """A person with a verified e-mail address, a full name, and the id for a user name."""
    return person(
        id_,
        note,
        name=f"{given_name} {family_name}",
        given_name=given_name,
        family_name=family_name,
        preferred_username=id_,
        email=email,
        email_verified=True,
        **claims,
    )


PEOPLE = (
    verified("kim@acme.example", "Kim", "Lee", "kim.lee", groups=["Sales"], department="Sales"),
    verified("amina@acme.example", "Amina", "Diallo", "amina.diallo", locale="fr", groups=["Engineering"]),
    verified("juergen@acme.example", "Jürgen", "Müller-Öztürk", "juergen.mueller", locale="de"),
    verified("robin@example.com", "Robin", "Park", "robin", "a learner of the sandbox's portal"),
    verified("felix@example.com", "Felix", "Brandt", "felix", "an inactive learner of the sandbox's portal"),
    verified("ada@portal.example", "Ada", "Sommer", "ada.admin", "owns the sandbox's portal", groups=["IT"]),
    person(
        "uma.unverified",
        name="Uma Unverified",
        given_name="Uma",
        family_name="Unverified",
        preferred_username="uma.unverified",
        email="uma@acme.example",
        email_verified=False,
    ),
    person(
        "noel.nomail",
        name="Noel Nomail",
        given_name="Noel",
        family_name="Nomail",
        preferred_username="noel.nomail",
    ),
    person(
        "only.name",
        "only one name claim",
        name="Maria del Carmen Ruiz",
        email="maria@acme.example",
        email_verified=True,
    ),
    person(
        "cher",
        "one word for a name",
        name="Cher",
        email="cher@acme.example",
        email_verified=True,
        preferred_username="cher",
    ),
)
"""Who is known from the start. The addresses are under names reserved for examples (RFC 2606)."""
