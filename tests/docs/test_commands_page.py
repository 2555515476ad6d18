"""docs/commands.md is what the commands say of themselves.

Run as a module, ``.venv/bin/python -m tests.docs.test_commands_page``, this writes it anew.
"""

import click

from gateway.cli import main
from tests.docs.documents import DOCS, text_of
from tests.docs.generated import with_table

PAGE = DOCS / "commands.md"
BEHIND = "docs/commands.md is behind; run: .venv/bin/python -m tests.docs.test_commands_page"
WIDTH = 110


def commands(command=main, parent=None):
    """Walk the contexts of all commands, a group before what is in it, in the order of their names."""
    name = command.name if parent else "talentlms-gateway"
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    yield context
    if isinstance(command, click.Group):
        for inner in sorted(command.commands):
            yield from commands(command.commands[inner], context)


def section(context):
    """Return what a command says with ``--help``, below its name."""
    said = context.get_help().rstrip()
    return f"{'##' if context.parent is None else '###'} {context.command_path}\n\n```text\n{said}\n```"


def reference():
    return "\n\n".join(section(context) for context in commands())


def test_the_page_says_what_the_commands_say():
    assert text_of(PAGE) == with_table(PAGE, "commands", reference()), BEHIND


def test_every_command_says_what_it_does_and_what_each_option_is_for():
    for context in commands():
        assert context.command.help, context.command_path
        options = [one for one in context.command.params if isinstance(one, click.Option) and one.name != "version"]
        assert [one.name for one in options if not one.help] == [], context.command_path


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE, "commands", reference()), encoding="utf-8")
