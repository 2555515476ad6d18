"""The Helm chart renders objects that Kubernetes takes, with settings that the gateway takes; or it says why not."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from gateway import BODY_BYTES
from gateway.config import RegisteredAddresses, load
from gateway.config.loading import VARIABLES
from gateway.operator.listener import METRICS
from gateway.web.webhooks import WEBHOOK_BYTES
from tests.deploy.chart import CHART, Refused, helm, merged, notes, of_kind, render, values_of, variables
from tests.docs.documents import DEPLOY, DOCS, ROOT, fences, text_of

TOML = '[[identity_providers]]\nname = "acme"\nissuer = "https://id.acme.com"\nclient_id = "x"\nclient_secret_file = "SECRETS/acme"\n'
ALONE = {"replicaCount": 1, "processes": 1, "secretFiles": {"GATEWAY_REDIS_URL": None, "GATEWAY_DATABASE_URL": None}}
VALUES = {
    "least": {},
    "everything": {
        "config": TOML,
        "image": {"digest": f"sha256:{'a' * 64}"},
        "imagePullSecrets": [{"name": "registry"}],
        "worker": {"place": "apart", "replicaCount": 2},
        "ingress": {"enabled": True, "tlsSecretName": "training-tls"},
        "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
        "networkPolicy": {
            "redis": {"ports": [6379, 26379], "to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]},
            "furtherEgress": [{"ports": [{"port": 3128}]}],
        },
        "autoscaling": {"enabled": True},
        "environment": {"HTTPS_PROXY": "http://proxy.acme.com:3128"},
        "secretFiles": {"GATEWAY_OPERATOR_TOKEN": "operator-token"},
        "podLabels": {"team": "training"},
        "podAnnotations": {"acme.com/owner": "training"},
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "web", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "priorityClassName": "web",
    },
    "alone, with a file": ALONE,
    "without all that can be left out": {
        "existingConfigMap": "training-settings",
        "metrics": {"enabled": False},
        "networkPolicy": {"enabled": False},
        "podDisruptionBudget": {"enabled": False},
        "settings": {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None},
        "secretFiles": {"OIDC_CLIENT_SECRET": None},
    },
}
KINDS = {
    "least": ["Deployment", "NetworkPolicy", "NetworkPolicy", "Pod", "PodDisruptionBudget", "Service"],
    "everything": [
        *["ConfigMap", "Deployment", "Deployment", "HorizontalPodAutoscaler", "Ingress"],
        *["NetworkPolicy", "NetworkPolicy", "Pod", "PodDisruptionBudget", "Service", "Service", "ServiceMonitor"],
    ],
    "alone, with a file": [
        *["Deployment", "NetworkPolicy", "NetworkPolicy", "PersistentVolumeClaim", "PodDisruptionBudget", "Service"],
    ],
    "without all that can be left out": ["Deployment", "Pod", "Service"],
}
OF_THE_OPERATOR = {"ServiceMonitor"}
"""Prometheus' own kinds, which Kubernetes has no schema of."""
SECRETS = {
    "gateway-keys": "key-of-the-chart-key-of-the-chart-01",
    "database-url": "postgresql://gateway:password@db.acme.com/gateway?sslmode=verify-full",
    "redis-url": "rediss://:password@redis.acme.com:6379/0",
    "talentlms-api-key": "api-key-of-acme",
    "oidc-client-secret": "secret-of-the-client",
    "operator-token": "token-of-the-operators-token-of-the-operators",
    "acme": "secret-of-the-other-client",
}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chart")
    return {name: render(folder, changes) for name, changes in VALUES.items()}


def pods(objects):
    """Return the pods that objects make, by the name of their container."""
    made = [each["spec"]["template"]["spec"] for each in objects if each["kind"] == "Deployment"]
    made += [each["spec"] for each in objects if each["kind"] == "Pod"]
    return {pod["containers"][0]["name"]: pod for pod in made}


def environment(pod, folder):
    """Return the environment of a pod's container, with the secret's files in a real folder."""
    for name, secret in SECRETS.items():
        (folder / name).write_text(f"{secret}\n")
    config = folder / "gateway.toml"
    config.write_text(TOML.replace("SECRETS", str(folder)))
    return {
        name: str(config) if name == "GATEWAY_CONFIG" else text.replace("/run/secrets/gateway/", f"{folder}/")
        for name, text in variables(pod).items()
    }


@pytest.mark.parametrize("name", VALUES)
def test_kubernetes_takes_every_object(name, rendered):
    assert sorted(each["kind"] for each in rendered[name]) == KINDS[name]
    for each in rendered[name]:
        if each["kind"] not in OF_THE_OPERATOR:
            for version in ("1.25", "1.37"):
                kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("name", VALUES)
def test_helm_finds_no_fault_and_what_it_writes_is_tidy_yaml(name, tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text(json.dumps(values_of(VALUES[name])))
    assert "0 chart(s) failed" in helm("lint", CHART, "--strict", "--values", values)
    (tmp_path / "written.yaml").write_text(helm("template", "training", CHART, "--values", values))
    rules = "{extends: relaxed, rules: {line-length: disable, indentation: disable, document-start: disable}}"
    command = [sys.executable, "-m", "yamllint", "--strict", "-d", rules, tmp_path / "written.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", VALUES)
def test_the_gateway_takes_the_settings_of_every_pod(name, rendered, tmp_path):
    for container, pod in pods(rendered[name]).items():
        given = environment(pod, tmp_path)
        ours = {one for one in given if one.startswith(("GATEWAY_", "TALENTLMS_", "OIDC_"))}
        assert ours <= {*VARIABLES}
        settings = load({**given, "STATE_DIRECTORY": "/var/lib/talentlms-gateway"})
        assert settings.public_url == "https://training.acme.com"
        assert settings.worker == ("apart" if name == "everything" else "inside")
        assert (settings.redis_url is None) == (name == "alone, with a file")
        is_file = settings.database_url.reveal() == "sqlite:////var/lib/talentlms-gateway/gateway.db"
        assert is_file == (name == "alone, with a file")
        assert (settings.metrics_bind is not None) == (
            container == "gateway" and name != "without all that can be left out"
        )


@pytest.mark.parametrize("name", VALUES)
def test_no_pod_has_more_rights_than_it_needs_and_each_can_write_where_it_has_to(name, rendered):
    dockerfile = text_of(ROOT / "Dockerfile")
    for container, pod in pods(rendered[name]).items():
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        security = pod["securityContext"]
        assert (security["runAsNonRoot"], security["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
        assert f"--uid {security['runAsUser']} " in dockerfile
        (one,) = pod["containers"]
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert one["resources"]["limits"]["memory"]
        writable = {mount["mountPath"] for mount in one["volumeMounts"] if not mount.get("readOnly")}
        has_file = container == "gateway" and name == "alone, with a file"
        assert writable == {"/tmp", "/dev/shm", *(["/var/lib/talentlms-gateway"] if has_file else [])}
        assert {mount["name"] for mount in one["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
        (secret,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
        assert secret == {"secretName": "talentlms-gateway", "defaultMode": 0o440}


@pytest.mark.parametrize("name", VALUES)
def test_no_secret_stands_in_an_object(name, rendered):
    for pod in pods(rendered[name]).values():
        secret = [one for one in variables(pod) if one.endswith("_FILE")]
        assert {f"{one}_FILE" for one in VARIABLES if f"{one}_FILE" in VARIABLES} >= set(secret)
        assert {"GATEWAY_SECRET_KEYS_FILE", "TALENTLMS_API_KEY_FILE"} <= set(secret)
        assert not {one.removesuffix("_FILE") for one in secret} & set(variables(pod))


def test_the_probes_ask_addresses_that_there_are(rendered):
    (gateway,) = pods(rendered["least"])["gateway"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in gateway["ports"]}
    asked = {kind: gateway[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert ports == {"http": 8000, "metrics": 9464}
    assert {kind: each["path"] for kind, each in asked.items()} == {
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    assert {each["port"] for each in asked.values()} == {"http"}
    health = text_of(ROOT / "gateway" / "web" / "health.py")
    assert all(f'"{each["path"]}"' in health for each in asked.values())
    assert f"0.0.0.0:{ports['http']}" in text_of(ROOT / "Dockerfile")


def test_a_pod_that_is_to_stop_has_the_time_that_gunicorn_gives_clicks(rendered):
    pod = pods(rendered["least"])["gateway"]
    (gateway,) = pod["containers"]
    assert gateway["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]
    (graceful,) = [line for line in text_of(ROOT / "gunicorn.conf.py").splitlines() if line.startswith("graceful_")]
    assert pod["terminationGracePeriodSeconds"] >= 5 + int(graceful.partition(" = ")[2]) + 5


def test_prometheus_gets_to_each_pod_and_the_ingress_does_not(rendered):
    objects = rendered["everything"]
    deployment = of_kind(objects, "Deployment", "gateway")
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    assert (annotations["prometheus.io/port"], annotations["prometheus.io/path"]) == ("9464", METRICS)
    assert variables(deployment["spec"]["template"]["spec"])["GATEWAY_METRICS_BIND"] == "0.0.0.0:9464"
    assert [port["targetPort"] for port in of_kind(objects, "Service", "gateway")["spec"]["ports"]] == ["http"]
    monitor, service = of_kind(objects, "ServiceMonitor"), of_kind(objects, "Service", "-metrics")
    assert monitor["spec"]["endpoints"] == [{"port": "metrics", "path": METRICS, "interval": "30s"}]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    inwards = of_kind(objects, "NetworkPolicy", "gateway")["spec"]["ingress"]
    assert [(rule["from"][0]["namespaceSelector"]["matchLabels"], rule["ports"]) for rule in inwards] == [
        ({"kubernetes.io/metadata.name": "ingress-nginx"}, [{"port": "http"}]),
        ({"kubernetes.io/metadata.name": "monitoring"}, [{"port": "metrics"}]),
    ]


def test_the_pods_reach_names_https_redis_and_postgresql_and_nothing_else(rendered):
    def reached(name):
        policy = of_kind(rendered[name], "NetworkPolicy", "-outwards")["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        return [[port["port"] for port in rule["ports"]] for rule in policy["egress"]]

    assert reached("least") == [[53, 53], [443], [6379], [5432]]
    assert reached("everything") == [[53, 53], [443], [6379, 26379], [5432], [3128]]
    assert reached("alone, with a file") == [[53, 53], [443]]


def test_a_selector_finds_its_own_pods_alone(rendered):
    objects = rendered["everything"]
    labels = {
        each["metadata"]["name"]: each["spec"]["template"]["metadata"]["labels"]
        for each in objects
        if each["kind"] == "Deployment"
    }
    labels["test"] = of_kind(objects, "Pod")["metadata"]["labels"]

    def found(selector):
        return [name for name, held in labels.items() if selector.items() <= held.items()]

    gateway, worker = "training-talentlms-gateway", "training-talentlms-gateway-worker"
    assert found(of_kind(objects, "Service", "gateway")["spec"]["selector"]) == [gateway]
    assert found(of_kind(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]) == [gateway]
    for name in (gateway, worker):
        assert found(of_kind(objects, "Deployment", name)["spec"]["selector"]["matchLabels"]) == [name]
    outwards = of_kind(objects, "NetworkPolicy", "-outwards")["spec"]["podSelector"]["matchLabels"]
    assert found(outwards) == [gateway, worker, "test"] or set(found(outwards)) == {gateway, worker, "test"}


def test_a_changed_file_of_settings_begins_new_pods(tmp_path):
    def checksums(text):
        objects = render(tmp_path, {"config": text, "worker": {"place": "apart"}})
        made = [each for each in objects if each["kind"] == "Deployment"]
        return [each["spec"]["template"]["metadata"]["annotations"]["checksum/config"] for each in made]

    before, after = checksums(TOML), checksums(f"{TOML}\n")
    assert len(set(before)) == len(set(after)) == 1
    assert set(before).isdisjoint(after)


def test_the_file_of_settings_arrives_as_it_was_written(tmp_path):
    text = f'# "quotes", {{braces}}, $dollars: and umlauts, ü\n{TOML}'
    objects = render(tmp_path, {"config": text})
    held = of_kind(objects, "ConfigMap")["data"]["gateway.toml"]
    assert held == text
    assert tomllib.loads(held)["identity_providers"][0]["name"] == "acme"


def test_the_ingress_has_the_host_of_the_public_url_and_takes_what_the_gateway_takes(rendered):
    ingress = of_kind(rendered["everything"], "Ingress")
    (rule,) = ingress["spec"]["rules"]
    assert (rule["host"], ingress["spec"]["tls"][0]["hosts"]) == ("training.acme.com", ["training.acme.com"])
    annotations = {
        name.removeprefix("nginx.ingress.kubernetes.io/"): value
        for name, value in ingress["metadata"]["annotations"].items()
    }
    assert annotations["proxy-body-size"] == f"{max(BODY_BYTES, WEBHOOK_BYTES) // 1024**2}m"
    assert annotations["proxy-next-upstream"] == "off"
    nginx = text_of(DEPLOY / "nginx.conf")
    assert f"proxy_buffer_size {annotations['proxy-buffer-size']};" in nginx
    assert f"proxy_read_timeout {annotations['proxy-read-timeout']}s;" in nginx


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"secretFiles": {"GATEWAY_DATABASE_URL": None}}, "2 replicas, and the database would be a SQLite file"),
        ({"secretFiles": {"GATEWAY_REDIS_URL": None}}, "2 replicas, and no Redis that they share"),
        (merged(ALONE, {"processes": 2}), "2 processes, and no Redis that they share"),
        (merged(ALONE, {"autoscaling": {"enabled": True}}), "6 replicas, and the database would be a SQLite file"),
        (merged(ALONE, {"worker": {"place": "apart"}}), "worker.place is apart, and no Redis"),
        (
            {"replicaCount": 1, "secretFiles": {"GATEWAY_DATABASE_URL": None}, "worker": {"place": "apart"}},
            "worker.place is apart, and the database would be a SQLite file",
        ),
        ({"autoscaling": {"enabled": True, "maxReplicas": 1}}, "autoscaling.maxReplicas is 1, less than minReplicas"),
        ({"existingSecret": ""}, "existingSecret is missing"),
        ({"settings": {"GATEWAY_PUBLIC_URL": None}}, "settings.GATEWAY_PUBLIC_URL is missing"),
        ({"settings": {"GATEWAY_PUBLIC_URL": "http://training.acme.com"}}, "browsers reach a cluster by https://"),
        ({"settings": {"TALENTLMS_URL": None}}, "settings.TALENTLMS_URL is missing"),
        ({"settings": {"OIDC_ISSUER": None}}, "Nobody could sign in"),
        ({"secretFiles": {"TALENTLMS_API_KEY": None}}, "secretFiles.TALENTLMS_API_KEY is missing"),
        ({"config": TOML, "existingConfigMap": "training"}, "config and existingConfigMap are both set"),
        ({"settings": {"GATEWAY_PUBLIK_URL": "x"}}, "Additional property GATEWAY_PUBLIK_URL is not allowed"),
        ({"settings": {"TALENTLMS_API_KEY": "key"}}, "Additional property TALENTLMS_API_KEY is not allowed"),
        ({"environment": {"OIDC_CLIENT_SECRET": "secret"}}, "environment"),
        ({"settings": {"GATEWAY_PROXY_COUNT": 1}}, "Expected: string, given: integer"),
        ({"networkPolicy": {"ingressFrom": []}}, "networkPolicy.ingressFrom"),
        ({"replicas": 3}, "Additional property replicas is not allowed"),
    ],
    ids=lambda part: part[:50] if isinstance(part, str) else "",
)
def test_what_does_not_go_together_is_refused_in_a_sentence(changes, told, tmp_path):
    with pytest.raises(Refused) as refused:
        render(tmp_path, changes)
    assert told in str(refused.value)


def test_the_notes_name_what_to_register_at_each_provider(tmp_path):
    told = notes(tmp_path, {"config": TOML})
    for name in ("default", "acme"):
        registered = RegisteredAddresses.of("https://training.acme.com", name)
        assert f"Register at the identity provider {name}:\n{registered}\n" in told
    assert "exec deploy/training-talentlms-gateway -- talentlms-gateway check" in told
    assert "is not set" not in told
    assert "SQLite" not in told


def test_the_notes_warn_of_what_is_left_out(tmp_path):
    changes = {"settings": {"GATEWAY_TRUSTED_PROXIES": None}, "networkPolicy": {"enabled": False}}
    told = notes(tmp_path, merged(ALONE, changes))
    assert "settings.GATEWAY_TRUSTED_PROXIES is not set" in told
    assert "networkPolicy.enabled is false" in told
    assert "talentlms-gateway database backup" in told


def test_the_chart_has_the_version_of_the_project():
    chart = yaml.safe_load(text_of(CHART / "Chart.yaml"))
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    assert (chart["version"], chart["appVersion"]) == (version, version)
    assert Path(CHART).name == chart["name"]


def test_the_least_values_that_the_page_shows_are_taken_with_the_secret_that_it_makes(tmp_path):
    page = text_of(DOCS / "deploying.md")
    (shown,) = fences(page, "yaml")
    (tmp_path / "acme.yaml").write_text(shown)
    objects = [
        each
        for each in yaml.safe_load_all(helm("template", "training", CHART, "--values", tmp_path / "acme.yaml"))
        if each
    ]
    pod = pods(objects)["gateway"]
    made = set(re.findall(r"--from-file=([a-z-]+)", page))
    named = {text.rpartition("/")[2] for name, text in variables(pod).items() if name.endswith("_FILE")}

    assert named < made
    assert made - named == {"database-ca"}
    assert pod["containers"][0]["image"].startswith("registry.acme.com/talentlms-gateway:")
