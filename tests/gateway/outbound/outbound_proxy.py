"""A real outbound proxy (tinyproxy), for as long as a test needs one."""

import subprocess
from contextlib import contextmanager
from urllib.parse import quote

from tests.patience import PATIENT_SECONDS, wait_until
from tests.ports import free_port, listens

SOURCE = "127.0.0.9"
"""Where its own connections come from, so that they can be told from all others."""
CONFIGURATION = """
Port {port}
Listen 127.0.0.1
Bind {source}
Timeout 30
LogFile "{log}"
LogLevel Connect
MaxClients 200
{credentials}
"""


class OutboundProxy:
    def __init__(self, port, log, credentials):
        name, _, password = credentials.partition(" ")
        self.port = port
        self.url = f"http://{f'{quote(name)}:{quote(password)}@' if credentials else ''}127.0.0.1:{port}"
        self._log = log

    @property
    def carried(self):
        """The hosts, with their ports, that connections were made to through it."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [line.split("): CONNECT ")[1].split(" ")[0] for line in lines if "): CONNECT " in line]


@contextmanager
def outbound_proxy(folder, credentials=""):
    """Run one.

    Args:
        folder: for its files.
        credentials: a user name, a blank and a password, if it should ask for them.
    """
    port, log, file = free_port(), folder / "proxy.log", folder / "proxy.conf"
    asked = f"BasicAuth {credentials}" if credentials else ""
    file.write_text(CONFIGURATION.format(port=port, source=SOURCE, log=log, credentials=asked))
    process = subprocess.Popen(["tinyproxy", "-d", "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: listens(port), what="tinyproxy does not listen")
        yield OutboundProxy(port, log, credentials)
    finally:
        process.terminate()
        process.wait(PATIENT_SECONDS)
