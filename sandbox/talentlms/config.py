"""What a sandbox is started with; everything that can change while it runs is a quirk or a limit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """The start-up settings of one sandbox.

    Attributes:
        api_key: the only key that the API accepts.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        public_url: what links begin with; empty means scheme, host and port as served.
        seed: fill the portal with people and courses, at start and at every reset.
        certfile: PEM file of the certificate to serve TLS with; empty means plain http.
        keyfile: PEM file of the certificate's private key.
        calls_per_hour: the plan's limit, calls per hour; 0 means none.
        calls_per_5_seconds: the limit for every plan, calls per 5 seconds; 0 means none.
    """

    api_key: str
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = ""
    seed: bool = True
    certfile: str = ""
    keyfile: str = ""
    calls_per_hour: int = 2000
    calls_per_5_seconds: int = 200

    @property
    def url(self) -> str:
        """The address that links begin with, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme = "https" if self.certfile else "http"
        return f"{scheme}://{self.host}:{self.port}"
