"""`python -m sandbox.idp`: the provider alone, in the foreground, until Ctrl-C or SIGTERM."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from sandbox.idp.client import Client
from sandbox.idp.server import listening


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.idp", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 for a free one")
    parser.add_argument("--issuer", default="", help="its address as others see it; its own if left out")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True, help="may be given several times")
    parser.add_argument("--post-logout-redirect-uri", action="append", default=[], help="may be given several times")
    parser.add_argument("--backchannel-logout-uri")
    parser.add_argument("--frontchannel-logout-uri")
    parser.add_argument("--initiate-login-uri")
    parser.add_argument("--client-jwks", type=Path, help="file with the client's public keys, for private_key_jwt")
    return parser.parse_args()


def _client(given: argparse.Namespace) -> Client:
    return Client(
        client_id=given.client_id,
        client_secret=given.client_secret,
        redirect_uris=tuple(given.redirect_uri),
        post_logout_redirect_uris=tuple(given.post_logout_redirect_uri),
        backchannel_logout_uri=given.backchannel_logout_uri,
        frontchannel_logout_uri=given.frontchannel_logout_uri,
        initiate_login_uri=given.initiate_login_uri,
        jwks=json.loads(given.client_jwks.read_text()) if given.client_jwks else None,
    )


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Serve until told to stop; the first line of output is JSON and says where."""
    given = _arguments()
    signal.signal(signal.SIGTERM, _leave)
    with listening(given.port, _client(given), given.issuer) as (server, provider):
        sys.stdout.write(json.dumps({"ready": True, "issuer": provider.issuer}) + "\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
