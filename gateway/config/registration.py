"""The addresses of the gateway that an identity provider has to be told of (docs/providers, *Which addresses*)."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class RegisteredAddresses:
    """What to register at one provider; each is a whole address."""

    redirect: str  # Core 3.1.2.1
    signed_out: str  # RP-Initiated Logout 1.0, section 3
    back_channel_logout: str  # Back-Channel Logout 1.0, section 2.2
    front_channel_logout: str  # Front-Channel Logout 1.0, section 2
    initiate_login: str  # Core, section 4

    @classmethod
    def of(cls, public_url: str, provider: str) -> Self:
        """Return the addresses of the gateway at a public URL for the provider of this name."""
        return cls(
            redirect=f"{public_url}/callback/{provider}",
            signed_out=f"{public_url}/signed-out",
            back_channel_logout=f"{public_url}/backchannel-logout/{provider}",
            front_channel_logout=f"{public_url}/frontchannel-logout/{provider}",
            initiate_login=f"{public_url}/login/initiate",
        )

    def __str__(self) -> str:
        """Return a line for each, under the name that most providers have for it."""
        return (
            f"  redirect URI              {self.redirect}\n"
            f"  post-logout redirect URI  {self.signed_out}\n"
            f"  back-channel logout URI   {self.back_channel_logout}\n"
            f"  front-channel logout URI  {self.front_channel_logout}\n"
            f"  initiate login URI        {self.initiate_login}"
        )
