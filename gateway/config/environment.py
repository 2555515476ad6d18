"""The settings that are environment variables."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.config.faults import Faults, Refused
from gateway.config.identity_providers import IdentityProviderSettings
from gateway.config.setting import Setting
from gateway.config.settings import RESERVED_VARIABLES, Settings
from gateway.config.source import Source
from gateway.config.talentlms import TalentLMSSettings

OURS = ("GATEWAY_", "TALENTLMS_", "OIDC_")
# Kubernetes and Docker announce a service called "gateway" or "talentlms-gateway" by variables of these names.
SERVICE_NAMES = re.compile(r".+_(SERVICE_(HOST|PORT(_.+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://.*")


class Environment(Source):
    """The variables whose names are ours; all others are left alone.

    Args:
        environ: the environment.
        faults: where everything that is wrong goes.
    """

    twin = "_FILE"

    def __init__(self, environ: Mapping[str, str], faults: Faults) -> None:
        given = {name: text for name, text in environ.items() if is_ours(name, text)}
        super().__init__(given, faults)

    def name_of(self, setting: Setting) -> str | None:
        """Return the setting's variable."""
        return setting.variable

    def parse(self, setting: Setting, raw: Any) -> Any:
        """Return the value of a variable's text.

        An empty variable is refused, not passed over: it may be a template's failure, and for a list of trusted
        domains "none" and "all" would then look alike.
        """
        if not raw:
            raise Refused.because("is empty", "give it a value, or remove the variable")
        if any("\ud800" <= sign <= "\udfff" for sign in raw):
            raise Refused.because("is not a text in UTF-8", "write it in UTF-8", raw)
        return setting.kind.from_text(raw)

    def names_provider(self) -> bool:
        """Tell whether any variable speaks of an identity provider."""
        return any(name in self._given for name in self.known(IdentityProviderSettings))

    def refuse_unknown_variables(self) -> None:
        """Note every variable with one of our beginnings that is not a setting."""
        known = self.known(Settings, TalentLMSSettings, IdentityProviderSettings)
        self.refuse_unknown(self._given, known, RESERVED_VARIABLES)


def is_ours(name: str, text: str) -> bool:
    """Tell whether a variable is meant for the gateway."""
    announced = SERVICE_NAMES.fullmatch(name) or (name.endswith("_PORT") and SERVICE_ADDRESS.match(text))
    return name.startswith(OURS) and not announced
