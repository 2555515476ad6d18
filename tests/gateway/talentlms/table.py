"""The table of ``docs/talentlms-client.md``, made from the declarations: ``python -m tests.gateway.talentlms.table``."""

import inspect
from pathlib import Path

from sandbox.talentlms.operations import OPERATIONS
from tests.gateway.talentlms.surface import Operation, walk

DOCUMENT = Path(__file__).parents[3] / "docs" / "talentlms-client.md"
BEGIN, END = "<!-- table -->\n", "<!-- /table -->\n"
HEAD = "| operation | client | verb and path | section | safe | twin |\n|---|---|---|---|---|---|\n"


def table() -> str:
    """Return the table, one row per operation of the client."""
    return HEAD + "".join(map(row, walk()))


def row(operation: Operation) -> str:
    endpoint = operation.endpoint
    cells = (
        f"`{endpoint.operation}`",
        f"`{operation.method}`",
        f"`{request(operation)}`",
        endpoint.section,
        "yes" if endpoint.safe else "no",
        twin(endpoint.operation),
    )
    return f"| {' | '.join(cells)} |\n"


def request(operation: Operation) -> str:
    endpoint = operation.endpoint
    if endpoint.verb == "POST":
        fields = ", ".join(argument(operation, parameter, "") for parameter in operation.parameters)
        return f"POST {endpoint.action} {{{fields}}}"
    pairs = ",".join(argument(operation, parameter, ":…") for parameter in operation.parameters)
    or_post = " or POST" if endpoint.or_post else ""
    return f"GET{or_post} {endpoint.action}/{pairs}".removesuffix("/")


def argument(operation: Operation, parameter: inspect.Parameter, ending: str) -> str:
    name = operation.endpoint.names.get(parameter.name, parameter.name)
    name = ("custom_field_N" if name == "custom_fields" else name) + ending
    return name if parameter.default is inspect.Parameter.empty else f"[{name}]"


def twin(operation: str) -> str:
    if operation not in OPERATIONS:
        return "none"
    run = OPERATIONS[operation].run
    return f"`{run.__module__.rpartition('.')[2]}.{run.__name__}`"


def regenerated(document: str) -> str:
    """Return the document with the table as it is now."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


if __name__ == "__main__":
    DOCUMENT.write_text(regenerated(DOCUMENT.read_text()))
