"""nginx's bare 302: the floor."""

import os
import shutil
from pathlib import Path

from bench.contestants.contestant import FIXED_LINK, PATH, Contestant
from bench.load import Target, fixed_link, request
from bench.ports import HOST, free_port
from bench.stage import Stage, Unprepared

_CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {directory}/nginx-body;
  proxy_temp_path {directory}/nginx-proxy;
  fastcgi_temp_path {directory}/nginx-fastcgi;
  uwsgi_temp_path {directory}/nginx-uwsgi;
  scgi_temp_path {directory}/nginx-scgi;
  server {{
    listen {host}:{port};
    location / {{ return 302 {link}; }}
  }}
}}
"""


def start(stage: Stage) -> Contestant:
    """Start it with one worker."""
    port = free_port()
    file = stage.directory / "nginx.conf"
    user = "user www-data;" if os.geteuid() == 0 else ""
    file.write_text(_CONFIGURATION.format(user=user, directory=stage.directory, host=HOST, port=port, link=FIXED_LINK))
    process = stage.processes.start([program("nginx"), "-c", str(file)], cores=[stage.cores.contestants])
    stage.processes.wait_for(process, port)
    return Contestant("nginx", process, Target(port, [request(port, PATH)], fixed_link(FIXED_LINK)))


def program(name: str) -> str:
    """Return where a server's program is; Debian keeps them where only root looks.

    Raises:
        Unprepared: it is not installed.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise Unprepared(f"{name} is missing; bench/system_packages.sh installs what is needed")
    return str(Path(found))
