"""The people and keys of the flows' tests."""

from dataclasses import replace

from schemas.identity import Identity
from schemas.secret import Secret

SIGNED_OUT = "http://127.0.0.1:8000/signed-out"
OLD_KEY, NEW_KEY = Secret("old-" * 10), Secret("new-" * 10)
KIM = Identity(
    "https://id.acme.example",
    "kim-1",
    "acme",
    email="kim@acme.example",
    email_verified=True,
    username="kim.lee",
    given_name="Kim",
    family_name="Lee",
    language="de-AT",
)
UNVERIFIED_KIM = replace(KIM, email_verified=None)
OTHER_KIM = replace(KIM, subject="kim-2")
