"""What scim2-tester reports of a server, as JSON: title, status and reason of each check.

It is a program of its own: pydantic looks for the text of each of its classes in every module of the process that
makes them, and the tests have thousands.
"""

import json
import sys

import httpx2
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server


def _reported(base_url: str, token: str) -> list[tuple[str, str, str | None]]:
    with httpx2.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}) as http:
        return [(one.title, one.status.name, one.reason) for one in check_server(SyncSCIMClient(http))]


if __name__ == "__main__":
    print(json.dumps(_reported(*sys.argv[1:])))  # noqa: T201 - the test reads it
