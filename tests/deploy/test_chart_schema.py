"""The chart's schema knows the gateway's variables as they are declared.

Run as a module, ``.venv/bin/python -m tests.deploy.test_chart_schema``, this writes that part of the schema.
"""

import json

import jsonschema

from gateway.config.loading import GATEWAY, ONE_PROVIDER, TALENTLMS
from tests.deploy.chart import CHART

SCHEMA = CHART / "values.schema.json"
OF_THE_CHART = {"GATEWAY_CONFIG", "GATEWAY_WORKER", "GATEWAY_METRICS_BIND"}
"""What the chart itself sets, by other values."""


def declared():
    return {name: setting for group in (GATEWAY, TALENTLMS, ONE_PROVIDER) for name, setting in group.settings.items()}


def regenerated(schema):
    """Return the schema with the variables as they are declared."""
    plain = [name for name, setting in declared().items() if not setting.secret and name not in OF_THE_CHART]
    secret = [name for name, setting in declared().items() if setting.secret]
    key = {"type": ["string", "null"], "pattern": "^[A-Za-z0-9._-]+$"}
    properties = schema["properties"] | {
        "settings": schema["properties"]["settings"] | {"properties": {name: {"type": "string"} for name in plain}},
        "secretFiles": schema["properties"]["secretFiles"] | {"properties": dict.fromkeys(secret, key)},
    }
    return schema | {"properties": properties}


def test_the_schema_lists_the_variables_as_they_are_declared():
    schema = json.loads(SCHEMA.read_text())
    assert schema == regenerated(schema), (
        "values.schema.json is behind; run: .venv/bin/python -m tests.deploy.test_chart_schema"
    )


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(json.loads(SCHEMA.read_text()))


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(regenerated(json.loads(SCHEMA.read_text())), indent=2) + "\n")
