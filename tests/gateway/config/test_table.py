"""The settings page agrees with the declarations.

Run as a module, ``.venv/bin/python -m tests.gateway.config.test_table``, this writes the generated part of the page.
"""

import re
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.config import BadSettings, load
from gateway.config.brand import BrandTable
from gateway.config.loading import (
    AUDIT,
    CATALOG,
    SLUGS,
    TALENTLMS_TABLE,
)
from tests.gateway.config.conftest import GOOD
from tests.gateway.config.table import PROVIDERS_TABLE, settings_table

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->"


def page():
    return PAGE.read_text(encoding="utf-8")


def regenerated(text):
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{settings_table()}\n\n{END}{after}"


def example():
    [text] = re.findall(r"```toml\n(.*?)```", page(), re.DOTALL)
    return text


def test_the_page_lists_the_settings_as_they_are_declared():
    assert page() == regenerated(page()), (
        "docs/settings.md is behind; run: .venv/bin/python -m tests.gateway.config.test_table"
    )


def test_the_table_names_the_file_twin_of_secrets_only():
    assert "`TALENTLMS_API_KEY_FILE`" in settings_table()
    assert "`private_key_file`" in settings_table()
    assert "`TALENTLMS_URL_FILE`" not in settings_table()


def test_the_example_file_is_accepted(settings, file, tmp_path):
    (tmp_path / "acme").write_text("secret")
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "partners.pem").write_bytes(pem)
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')

    loaded = settings(GATEWAY_CONFIG=file(example().replace("/run/secrets/", f"{tmp_path}/")))

    assert [provider.name for provider in loaded.identity_providers] == ["default", "acme", "partners"]


@pytest.mark.parametrize(
    ("table", "group"),
    [
        ("talentlms", TALENTLMS_TABLE),
        ("identity_providers", PROVIDERS_TABLE),
        ("slugs", SLUGS),
        ("catalog", CATALOG),
        ("audit", AUDIT),
        ("brand", BrandTable()),
    ],
)
def test_the_example_file_has_every_key(table, group):
    found = tomllib.loads(example())[table]
    given = {
        key if key in group.settings else key.removesuffix("_file")
        for one in (found if isinstance(found, list) else [found])
        for key in one
    }

    assert given == set(group.settings)


def test_the_faults_on_the_page_are_told_as_it_says():
    [text] = re.findall(r"```text\n(.*?)\n```", page(), re.DOTALL)
    spoiled = {"GATEWAY_SESSION_IDLE": "1 hour", "TALENTLMS_LINK_HOSTS": "*.acme.com", "GATEWAY_RATE_LIMIT": "on"}

    with pytest.raises(BadSettings) as caught:
        load(GOOD | spoiled)

    assert str(caught.value) == text


if __name__ == "__main__":
    PAGE.write_text(regenerated(page()), encoding="utf-8")
