"""``python -m sandbox.storefront``: the shop alone, in the foreground, until Ctrl-C or SIGTERM."""

import argparse
import json
import signal
import sys
from types import FrameType

from sandbox.storefront.config import KINDS, Config, Storefront
from sandbox.storefront.server import Server

STOREFRONT = "name=… kind=… webhook_secret=… [api_key=…] [shop_api_key=…]"


def settings(arguments: list[str]) -> Config:
    """Read the command line; ends the process with an explanation where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.storefront", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 for a free one")
    parser.add_argument("--gateway", required=True, help="the gateway's address")
    parser.add_argument(
        "--storefront",
        action="append",
        nargs="+",
        required=True,
        metavar="NAME=VALUE",
        help=f"{STOREFRONT}; kinds: {', '.join(KINDS)}; may be given several times",
    )
    parser.add_argument("--first-number", type=int, default=1001, help="of the orders (default %(default)s)")
    given = parser.parse_args(arguments)
    try:
        storefronts = tuple(Storefront(**dict(pair.split("=", 1) for pair in pairs)) for pairs in given.storefront)
        return Config(given.gateway, storefronts, port=given.port, first_number=given.first_number)
    except (TypeError, ValueError) as fault:
        parser.error(f"{fault}; a storefront is written: {STOREFRONT}")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Serve until told to stop; the first line of output is JSON and says where."""
    server = Server(settings(sys.argv[1:]))
    signal.signal(signal.SIGTERM, _leave)
    sys.stdout.write(json.dumps({"ready": True, "url": server.url}) + "\n")
    sys.stdout.flush()
    try:
        server.serve()
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
