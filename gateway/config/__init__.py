"""Every knob: variable, kind, default and meaning in place, and all faults told at once.

`load` is the only reader of the environment. Each setting is a field of its group's dataclass and of its marshmallow
schema (`settings`, `talentlms`, `identity_providers`); readers, suggestions, `describe` and docs/settings.md follow
from these.
"""

from gateway.config.description import describe
from gateway.config.faults import BadSettings, Fault
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.loading import load
from gateway.config.registration import RegisteredAddresses
from gateway.config.risks import risks
from gateway.config.settings import HelpContact, Settings, Slugs
from gateway.config.table import settings_table
from gateway.config.talentlms import TalentLMSSettings

__all__ = [
    "BadSettings",
    "Fault",
    "HelpContact",
    "IdentityProviderSettings",
    "RegisteredAddresses",
    "Settings",
    "Slugs",
    "TalentLMSSettings",
    "describe",
    "load",
    "risks",
    "settings_table",
]
