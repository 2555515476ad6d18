"""The pages on identity providers: one for each preset, with an entry that is accepted as it stands.

Run as a module, ``.venv/bin/python -m tests.docs.test_providers``, this writes the table of presets anew.
"""

import tomllib

import pytest

from gateway.config import load
from gateway.oidc.presets import PRESETS
from tests.docs.documents import PROVIDERS, PUBLIC_URL, fences, text_of
from tests.docs.preset_table import table
from tests.docs.test_names import ENVIRONMENT

INDEX = PROVIDERS / "README.md"
BEGIN, END = "<!-- presets: begin -->\n", "<!-- presets: end -->"


def page(preset):
    return text_of(PROVIDERS / f"{preset}.md")


def entry(preset):
    [block] = fences(page(preset), "toml")
    [found] = tomllib.loads(block)["identity_providers"]
    return found


@pytest.fixture
def loaded(tmp_path):
    """Load the entry of a page, its secret in a file."""

    def settings(preset):
        [block] = fences(page(preset), "toml")
        (tmp_path / entry(preset)["name"]).write_text("secret-of-the-client\n")
        file = tmp_path / "gateway.toml"
        file.write_text(block.replace("/run/secrets/", f"{tmp_path}/"))
        return load(ENVIRONMENT | {"GATEWAY_CONFIG": str(file)})

    return settings


def test_every_preset_has_a_page_and_every_page_a_preset():
    assert {path.stem for path in PROVIDERS.glob("*.md")} - {"README"} == set(PRESETS)


def regenerated(text):
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n\n{END}{after}"


def test_the_index_lists_the_presets_as_they_are_declared():
    assert text_of(INDEX) == regenerated(text_of(INDEX)), (
        "docs/providers/README.md is behind; run: .venv/bin/python -m tests.docs.test_providers"
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_the_entry_of_a_page_is_accepted(preset, loaded):
    [provider] = loaded(preset).identity_providers

    assert provider.preset == preset
    assert provider.trusted_email_domains == {"acme.com"}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_page_names_the_addresses_to_register(preset):
    name = entry(preset)["name"]

    assert f"`{PUBLIC_URL}/callback/{name}`" in page(preset)
    for way, path in (
        ("rp-initiated", "/signed-out"),
        ("back-channel", f"/backchannel-logout/{name}"),
        ("front-channel", f"/frontchannel-logout/{name}"),
    ):
        assert (f"`{PUBLIC_URL}{path}`" in page(preset)) is (way in PRESETS[preset].logout)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_page_says_where_the_groups_are(preset):
    assert (PRESETS[preset].groups is None) is ("**No groups** in the claims" in page(preset))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_page_ends_with_a_check_at_its_own_sign_in(preset):
    check = page(preset).partition("\n## Check\n")[2]

    assert f"{PUBLIC_URL}/login/{entry(preset)['name']}`" in check


def test_the_variables_of_the_generic_page_are_accepted(tmp_path):
    [block] = fences(page("generic"), "sh")
    (tmp_path / "acme").write_text("secret-of-the-client\n")
    lines = block.replace("/run/secrets/", f"{tmp_path}/").splitlines()
    variables = dict(line.split("=", 1) for line in lines)

    [provider] = load(ENVIRONMENT | variables).identity_providers

    assert (provider.name, provider.preset) == ("default", "generic")


if __name__ == "__main__":
    INDEX.write_text(regenerated(text_of(INDEX)), encoding="utf-8")
