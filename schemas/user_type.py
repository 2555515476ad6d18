"""TalentLMS's user types, by name: what an account may do depends on its type (API document, *Users*).

A domain may have types of its own under any name, and the API does not say what they may do.
"""

import unicodedata

LEARNERS = frozenset({"Learner", "Learner-Type"})
"""The type that TalentLMS comes with, as its answers write it."""

BUILT_IN = LEARNERS | {"Trainer-Type", "Admin-Type", "SuperAdmin"}
"""The types that every domain has; one of its own may have any other name."""

_ADMINISTRATORS = "admin"  # SuperAdmin and Admin-Type are what TalentLMS comes with


def is_administrators(name: str) -> bool:
    """Return whether a type is an administrators' one by its name.

    Args:
        name: ``SuperAdmin``, ``Admin-Type``, or any other; those with "admin" in them count, however it is written.
    """
    return _ADMINISTRATORS in unicodedata.normalize("NFKC", name).casefold()
