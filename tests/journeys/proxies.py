"""nginx and HAProxy in front of a gateway, each a process of its own on a free port."""

import re
import shutil
from pathlib import Path

from tests.journeys.process import ROOT, Process
from tests.ports import HOST, free_port, listens

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
worker_processes 1;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""

_HAPROXY = """
global
    maxconn 4000
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout http-request 60s
    timeout http-keep-alive 60s
    timeout server 20s
    retries 0
frontend browsers
    bind {host}:{port}
    default_backend gateway
backend gateway
    http-reuse safe
    server gateway {host}:{upstream}
"""


def nginx_before(port: int, folder: Path) -> tuple[Process, int]:
    """Start nginx as ``deploy/nginx.conf`` has it, but without its certificate; return it and its port."""
    own = free_port()
    site = (ROOT / "deploy" / "nginx.conf").read_text()
    site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, flags=re.DOTALL)
    site = re.sub(r" *(?:listen \[::\]:443 ssl|ssl_\w+ .*);\n", "", site)
    for theirs, ours in {
        "listen 443 ssl;": f"listen {HOST}:{own};",
        "server 127.0.0.1:8000": f"server {HOST}:{port}",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert site.count(theirs) == 1, theirs
        site = site.replace(theirs, ours)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, site=site))
    command = [program("nginx"), "-p", str(folder), "-c", str(config), "-e", str(folder / "nginx-error.log")]
    return Process(command, folder / "nginx.log").when(lambda: listens(own)), own


def haproxy_before(port: int, folder: Path) -> tuple[Process, int]:
    """Start HAProxy, which hands on what comes as it comes; return it and its port."""
    own = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(_HAPROXY.format(host=HOST, port=own, upstream=port))
    command = [program("haproxy"), "-db", "-f", str(config)]
    return Process(command, folder / "haproxy.log").when(lambda: listens(own)), own


def program(name: str) -> str:
    """Return where a program is."""
    found = shutil.which(name, path=_PATH)
    assert found, f"{name} is not installed; tests/system_packages.sh installs it"
    return found
