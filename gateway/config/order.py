"""The order of the settings, for everybody who lists them: faults, descriptions and documentation."""

import re
from collections.abc import Callable

from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.setting import declared
from gateway.config.settings import Settings, Slugs
from gateway.config.talentlms import TalentLMSSettings

# Each group with its table in the file; the gateway's own settings have none.
GROUPS = (
    (Settings, ""),
    (TalentLMSSettings, "talentlms"),
    (IdentityProviderSettings, "identity_providers"),
    (Slugs, "slugs"),
)
LAST = 1000

Rank = tuple[int, int, int]


def ranking() -> Callable[[str], Rank]:
    """Return what gives each name its place: by group, then by provider, then by declaration; the unknown last."""
    places = {}
    for number, (group, table) in enumerate(GROUPS):
        places[table] = (number, -1)
        for position, one in enumerate(declared(group)):
            places[one.setting.variable or ""] = places[f"{table}.{one.setting.key}"] = (number, position)

    def rank(name: str) -> Rank:
        index = re.search(r"\[([0-9]+)\]", name)
        stem = re.sub(r"\[[0-9]+\]|_FILE$|_file$", "", name) if name not in places else name
        while stem not in places and "." in stem:
            stem = stem.rpartition(".")[0]
        number, position = places.get(stem, (LAST, LAST))
        return number, int(index[1]) if index else -1, position

    return rank
