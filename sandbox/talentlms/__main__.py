"""``python -m sandbox.talentlms --port N --api-key K``: the sandbox alone, in the foreground."""

import argparse
import sys

from sandbox.talentlms.config import Config
from sandbox.talentlms.server import Server


def settings(arguments: list[str]) -> Config:
    """Read the command line; ends the process with an explanation where it cannot."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.talentlms", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes a free one")
    parser.add_argument("--api-key", required=True, help="the key that the API accepts")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--public-url", default="", help="what links begin with (default http://host:port)")
    parser.add_argument("--seed", action=argparse.BooleanOptionalAction, default=True, help="fill the portal")
    parser.add_argument("--certfile", default="", help="PEM certificate: serve TLS")
    parser.add_argument("--keyfile", default="", help="PEM private key of the certificate")
    parser.add_argument("--calls-per-hour", type=int, default=2000, help="0: no limit (default %(default)s)")
    parser.add_argument("--calls-per-5-seconds", type=int, default=200, help="0: no limit (default %(default)s)")
    given = parser.parse_args(arguments)
    if bool(given.certfile) != bool(given.keyfile):
        parser.error("--certfile and --keyfile go together")
    return Config(**vars(given))


def main() -> None:
    """Serve until Ctrl-C."""
    server = Server(settings(sys.argv[1:]))
    sys.stdout.write(f"TalentLMS sandbox on {server.url}\nlinks begin with {server.config.url}\n")
    sys.stdout.flush()
    try:
        server.serve()
    except KeyboardInterrupt:
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
