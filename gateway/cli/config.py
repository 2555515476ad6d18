"""``talentlms-gateway config``: about the TOML file that ``GATEWAY_CONFIG`` names."""

import json

import click

from gateway.config.json_schema import json_schema


@click.group()
def config() -> None:
    """The TOML file of settings; `check` reads one."""


@config.command()
def schema() -> None:
    """Write the JSON Schema of the file, by which an editor completes keys and marks mistakes. It reads no settings."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
