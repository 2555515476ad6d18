"""Apache with mod_auth_openidc: a 302 for signed-in people, with a session of the sandbox's identity provider."""

import os

import requests

from bench.contestants.contestant import FIXED_LINK, PATH, Contestant
from bench.contestants.nginx import program
from bench.load import Target, fixed_link, request
from bench.ports import HOST
from bench.stage import CLIENT_ID, Stage
from sandbox.idp.control_client import Control

_MODULES = "/usr/lib/apache2/modules"
_SECONDS = 10
_CONFIGURATION = """
ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile {directory}/apache.pid
{user}
ServerName {host}
Listen {host}:{port}
ErrorLog /dev/stderr
LogLevel warn
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule rewrite_module {modules}/mod_rewrite.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 30
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCRedirectURI http://{host}:{port}/callback
OIDCCryptoPassphrase {passphrase}
OIDCScope "openid email profile"
OIDCPKCEMethod S256
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
<Location /go/>
  RewriteEngine On
  RewriteRule .* {link} [R=302,L]
</Location>
"""


class NotSignedIn(Exception):
    """The sign-in did not lead to the redirect, or the redirect is there for everybody."""


def start(stage: Stage) -> Contestant:
    """Start it with one worker and sign a person in."""
    port = stage.provider.apache
    file = stage.directory / "apache.conf"
    file.write_text(_configuration(stage, port))
    process = stage.processes.start(
        [program("apache2"), "-f", str(file), "-DFOREGROUND"], cores=[stage.cores.contestants]
    )
    stage.processes.wait_for(process, port)
    return Contestant(
        "Apache, mod_auth_openidc",
        process,
        Target(port, [request(port, PATH, _cookie(stage, port))], fixed_link(FIXED_LINK)),
    )


def _configuration(stage: Stage, port: int) -> str:
    return _CONFIGURATION.format(
        directory=stage.directory,
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        host=HOST,
        port=port,
        modules=_MODULES,
        issuer=stage.provider.issuer,
        client=CLIENT_ID,
        secret=stage.provider.client_secret,
        passphrase=stage.api_key,
        link=FIXED_LINK,
    )


def _cookie(stage: Stage, port: int) -> str:
    """Sign in as a browser does, and return the session's cookie."""
    Control(stage.provider.issuer).settings(auto_pick=True, auto_person="kim.lee")
    address = f"http://{HOST}:{port}{PATH}"
    browser = requests.Session()
    first = browser.get(address, timeout=_SECONDS, allow_redirects=False)
    if first.headers.get("Location", "").startswith(FIXED_LINK):
        raise NotSignedIn("Apache lets everybody through")
    answer = first
    while answer.is_redirect and not answer.headers["Location"].startswith(FIXED_LINK):
        answer = browser.get(answer.headers["Location"], timeout=_SECONDS, allow_redirects=False)
    if answer.headers.get("Location") != FIXED_LINK:
        raise NotSignedIn(f"the sign-in at Apache ended with {answer.status_code}")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies if "session" in cookie.name)
