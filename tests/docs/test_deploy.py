"""Proxies, systemd and the gateway agree on limits and times; tests/deploy has the rest of deploy/."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gateway import BODY_BYTES
from gateway.context import BROWSER_SECONDS
from gateway.web.webhooks import WEBHOOK_BYTES
from tests.docs.documents import DEPLOY, DOCS, text_of

GUNICORN = Path(__file__).parents[2] / "gunicorn.conf.py"

HEADER_BYTES = 64 * 1024
"""Of all header fields of a request, as proxies take them."""


def test_the_access_log_of_nginx_holds_no_id_of_a_launch_and_no_code_of_a_seat():
    text = text_of(DEPLOY / "nginx.conf")
    (logged,) = re.findall(r"log_format \w+ '(.*)';", text)
    assert "$talentlms_gateway_uri" in logged
    assert not {"$uri", "$request", "$request_uri"} & set(re.findall(r"\$\w+", logged))
    (mapping,) = re.findall(r"map \$uri \$talentlms_gateway_uri \{\n(.*?)\}", text, re.DOTALL)
    rules = dict(line.strip(" ;").split(" ") for line in mapping.splitlines())
    assert rules == {"default": "$uri", "~^/l/": "/l/[redacted]", "~^/redeem/": "/redeem/[redacted]"}


def number(pattern, text):
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return int(found)


def test_nginx_keeps_connections_shorter_than_the_gateway_does():
    theirs = number(r"keepalive_timeout (\d+)s;", text_of(DEPLOY / "nginx.conf"))
    ours = number(r"^keepalive = (\d+)$", text_of(GUNICORN))

    assert theirs + 5 <= ours
    assert ours > 60, "the default of nginx and of AWS's load balancers"


def test_nginx_takes_requests_that_are_as_large_as_the_gateway_takes():
    nginx, ours = text_of(DEPLOY / "nginx.conf"), text_of(GUNICORN)

    assert number(r"client_max_body_size (\d+)k;", nginx) * 1024 == BODY_BYTES
    assert number(r"client_max_body_size (\d+)m;", nginx) * 1024 * 1024 == WEBHOOK_BYTES
    assert number(r"client_max_body_size (\d+)m;", text_of(DOCS / "operating.md")) * 1024 * 1024 == WEBHOOK_BYTES
    assert (
        number(r"large_client_header_buffers \d+ (\d+)k;", nginx) * 1024
        == number(r"^limit_request_line = (\d+)$", ours) + 2
    )
    assert number(r"^limit_request_field_size = (\d+)$", ours) == number(r"^limit_request_line = (\d+)$", ours)


def test_systemd_allows_as_many_files_as_a_worker_asks_for():
    assert number(r"^LimitNOFILE=(\d+)$", text_of(DEPLOY / "talentlms-gateway.service")) == number(
        r"^_FILES = (\d+)$", text_of(GUNICORN)
    )


def traefik():
    return yaml.safe_load(text_of(DEPLOY / "traefik.yaml")), yaml.safe_load(text_of(DEPLOY / "traefik-gateway.yaml"))


def seconds(text):
    return int(re.fullmatch(r"(\d+)s", text)[1])


def test_traefik_takes_requests_that_are_as_large_as_the_gateway_takes():
    static, dynamic = traefik()
    buffers = {name: each["buffering"] for name, each in dynamic["http"]["middlewares"].items() if "buffering" in each}

    assert {name: each["maxRequestBodyBytes"] for name, each in buffers.items()} == {
        "body": BODY_BYTES,
        "webhook-body": WEBHOOK_BYTES,
    }
    assert all(each["memRequestBodyBytes"] == each["maxRequestBodyBytes"] for each in buffers.values())
    assert all("retryExpression" not in each for each in buffers.values())
    (number_of, size) = re.findall(r"large_client_header_buffers (\d+) (\d+)k;", text_of(DEPLOY / "nginx.conf"))[0]
    assert static["entryPoints"]["https"]["http"]["maxHeaderBytes"] == int(number_of) * int(size) * 1024 == HEADER_BYTES
    assert f"take {HEADER_BYTES // 1024} KiB of them in all" in text_of(DOCS / "operating.md")


def test_traefik_keeps_connections_shorter_than_the_gateway_does_and_waits_longer_than_an_answer_takes():
    static, dynamic = traefik()
    times = dynamic["http"]["serversTransports"]["gateway"]["forwardingTimeouts"]

    assert seconds(times["idleConnTimeout"]) + 5 <= number(r"^keepalive = (\d+)$", text_of(GUNICORN))
    assert seconds(times["responseHeaderTimeout"]) > BROWSER_SECONDS
    own = static["entryPoints"]["https"]["transport"]["respondingTimeouts"]
    assert seconds(own["writeTimeout"]) > BROWSER_SECONDS + 10
    assert dynamic["http"]["services"]["gateway"]["loadBalancer"]["serversTransport"] == "gateway"


def test_what_traefik_names_is_there_and_no_browser_says_who_it_is():
    static, dynamic = traefik()
    http = dynamic["http"]
    routers = http["routers"].values()

    assert static["providers"]["file"]["filename"].rpartition("/")[2] == "traefik-gateway.yaml"
    assert {name for router in routers for name in router["entryPoints"]} == {"https"} <= set(static["entryPoints"])
    assert {name for router in routers for name in router["middlewares"]} == set(http["middlewares"])
    assert {router["service"] for router in routers} == set(http["services"])
    assert {router["tls"]["certResolver"] for router in routers} == set(static["certificatesResolvers"])
    assert {re.search(r"Host\(`([^`]+)`\)", router["rule"])[1] for router in routers} == {"training.acme.com"}
    assert static["entryPoints"]["https"]["forwardedHeaders"] == {"insecure": False, "trustedIPs": []}
    assert http["middlewares"]["this-machine"] == {"ipAllowList": {"sourceRange": ["127.0.0.1/32", "::1/128"]}}


def test_the_access_log_of_traefik_holds_no_address_of_a_request():
    static, _ = traefik()
    fields = static["accessLog"]["fields"]

    assert static["accessLog"]["format"] == "json", "the other format has the path, whatever is dropped"
    assert fields["names"] == {"RequestPath": "drop", "RequestLine": "drop"}
    assert fields["headers"] == {"defaultMode": "drop"}


@pytest.mark.parametrize("file", ["compose.yaml", "traefik.yaml", "traefik-gateway.yaml", "prometheus/alerts.yaml"])
def test_a_file_is_yaml_without_a_key_twice(file):
    rules = "{extends: relaxed, rules: {line-length: disable}}"
    command = [sys.executable, "-m", "yamllint", "--strict", "-d", rules, DEPLOY / file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
