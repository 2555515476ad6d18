"""Every setting: variable or key, kind, default and meaning in one place, and all faults told at once.

`load` is the only reader of the environment. Each setting is a field of its group's dataclass and of its marshmallow
schema (`settings`, `talentlms`, `identity_providers`, `storefronts`); suggestions, `describe` and docs/settings.md
follow from these.
"""

from gateway.config.brand import BrandSettings, Logo
from gateway.config.description import describe, risks
from gateway.config.faults import BadSettings, Fault
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.loading import load
from gateway.config.registration import RegisteredAddresses
from gateway.config.scim import ScimSettings
from gateway.config.settings import HelpContact, Settings, Slugs
from gateway.config.storefronts import HandoffSettings, StorefrontSettings
from gateway.config.talentlms import TalentLMSSettings

__all__ = [
    "BadSettings",
    "BrandSettings",
    "Fault",
    "HandoffSettings",
    "HelpContact",
    "IdentityProviderSettings",
    "Logo",
    "RegisteredAddresses",
    "ScimSettings",
    "Settings",
    "Slugs",
    "StorefrontSettings",
    "TalentLMSSettings",
    "describe",
    "load",
    "risks",
]
