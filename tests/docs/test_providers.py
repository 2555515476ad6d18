"""The pages on identity providers: one for each preset, with an entry that is accepted as it stands."""

import tomllib

import pytest

from gateway.config import load
from gateway.oidc.presets import PRESETS
from tests.docs.documents import PROVIDERS, PUBLIC_URL, fences, rows, text_of
from tests.docs.test_names import ENVIRONMENT

NO_LOGOUT = {"google"}


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


def test_the_index_has_a_row_for_every_preset():
    assert {row[0].strip("`") for row in rows(text_of(PROVIDERS / "README.md"), "preset")} == set(PRESETS)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_entry_of_a_page_is_accepted(preset, loaded):
    [provider] = loaded(preset).identity_providers

    assert provider.preset == preset
    assert provider.trusted_email_domains == {"acme.com"}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_page_names_the_addresses_to_register(preset):
    name = entry(preset)["name"]

    assert f"`{PUBLIC_URL}/callback/{name}`" in page(preset)
    assert (f"`{PUBLIC_URL}/signed-out`" in page(preset)) is (preset not in NO_LOGOUT)


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
