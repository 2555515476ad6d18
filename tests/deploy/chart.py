"""The Helm chart, rendered as ``helm install`` would."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.docs.documents import DEPLOY

CHART = DEPLOY / "helm" / "talentlms-gateway"
HELM = Path(sys.executable).with_name("helm")
LEAST = {
    "settings": {
        "GATEWAY_PUBLIC_URL": "https://training.acme.com",
        "TALENTLMS_URL": "https://acme.talentlms.com",
        "OIDC_ISSUER": "https://login.acme.com",
        "OIDC_CLIENT_ID": "training",
        "GATEWAY_TRUSTED_PROXIES": "10.244.0.0/16",
    },
    "existingSecret": "talentlms-gateway",
}
"""What everybody has to say."""


class Refused(Exception):
    """Helm did not render it; the text is what it said."""


def merged(values, changes):
    """Return the values with changes, tables within tables."""
    both = dict(values)
    for name, change in changes.items():
        both[name] = merged(both[name], change) if isinstance(change, dict) and name in both else change
    return both


def values_of(changes=None):
    """Return the least values with changes; a setting that is ``None`` is left out."""
    values = merged(LEAST, changes or {})
    return values | {"settings": {name: text for name, text in values["settings"].items() if text is not None}}


def render(folder, changes=None, chart=CHART):
    """Return the objects that the least values with changes make.

    Args:
        folder: where the file of values is written.
        changes: to the least values.
        chart: its folder.

    Raises:
        Refused: Helm refuses the values.
    """
    values = folder / "values.yaml"
    values.write_text(json.dumps(values_of(changes)))
    done = helm("template", "training", chart, "--namespace", "training", "--values", values)
    return [each for each in yaml.safe_load_all(done) if each]


def notes(folder, changes=None):
    """Return what Helm says after an installation, which it does not say without a cluster."""
    chart = shutil.copytree(CHART, folder / "chart")
    text = (chart / "templates" / "NOTES.txt").read_text()
    wrapped = f'{{{{- define "notes" }}}}{text}{{{{ end -}}}}\nnotes: {{{{ include "notes" . | quote }}}}\n'
    (chart / "templates" / "notes.yaml").write_text(wrapped)
    (chart / "templates" / "NOTES.txt").unlink()
    (found,) = [each["notes"] for each in render(folder, changes, chart) if "notes" in each]
    return found


def helm(*arguments):
    """Return what Helm writes.

    Raises:
        Refused: it ends with a failure.
    """
    done = subprocess.run([HELM, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(done.stderr)
    return done.stdout


def of_kind(objects, kind, ending=""):
    """Return the one object of a kind whose name ends so."""
    (found,) = [each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(ending)]
    return found


def variables(pod):
    """Return the variables of a pod's only container."""
    (container,) = pod["containers"]
    return {one["name"]: one["value"] for one in container["env"]}
