"""The command: one provider, one client, and a line of JSON as soon as it answers."""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import suppress

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from tests.journeys.django_provider.client import register
from tests.journeys.django_provider.settings import EMAIL_DOMAIN, settings_of
from tests.ports import HOST


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to end."""
    options = _options(arguments)
    server = ThreadedWSGIServer((HOST, options.port), WSGIRequestHandler)
    settings.configure(**settings_of(server.server_port, options.folder, options.email_domain))
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    register(options.client_id, options.client_secret, options.redirect_uri, options.post_logout_redirect_uri)
    server.set_app(WSGIHandler())
    _announce(settings.OAUTH2_PROVIDER["OIDC_ISS_ENDPOINT"])
    with suppress(KeyboardInterrupt):
        server.serve_forever()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="django_provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0 for a free port")
    parser.add_argument("--folder", required=True, help="where the database is; empty, and the caller's to remove")
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret", required=True)
    parser.add_argument("--redirect-uri", action="append", required=True)
    parser.add_argument("--post-logout-redirect-uri", action="append", default=[])
    parser.add_argument("--email-domain", default=EMAIL_DOMAIN, help="where people get their mail")
    return parser.parse_args(arguments)


def _announce(issuer: str) -> None:
    sys.stdout.write(json.dumps({"ready": True, "issuer": issuer}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
