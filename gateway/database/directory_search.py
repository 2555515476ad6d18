"""Lists of people and groups, by indices."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy
from sqlalchemy import JSON, Text, and_, cast, func, or_, select, tuple_

from gateway.database.directory_tables import SCIM_CONNECTIONS, SCIM_EMAILS, SCIM_GROUPS, SCIM_MEMBERS, SCIM_USERS
from schemas.directory import MANAGER_PATH, Condition, Joined, ListQuery, UserField, Where

_HIGHEST_CHARACTER = "\U0010ffff"
_JSON = JSON().with_variant(Text(), "sqlite")  # to SQLite a text is JSON already, and a cast to JSON makes a number
_UNIQUE_FIELDS: frozenset[UserField] = frozenset({"id", "user_name"})
"""Fields of which no two have the same."""

Rows = list[sqlalchemy.Row[Any]]
_Test = sqlalchemy.ColumnElement[bool]
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda column, value: column == value,
    "sw": lambda column, value: and_(column >= value, column < value + _HIGHEST_CHARACTER),
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
}


def rows(
    connection: sqlalchemy.Connection, table: sqlalchemy.Table, provider: str, question: ListQuery
) -> tuple[int, Rows]:
    """Return how many there are in all, and the rows that are wanted with one more, where there is one.

    Args:
        connection: the database's.
        table: the people's or the groups'.
        provider: whose directory.
        question: what is asked.
    """
    wanted = [table.c.provider == provider]
    if table is SCIM_USERS:
        wanted.append(table.c.is_deleted == sqlalchemy.false())
    if question.where is not None:
        wanted.append(_test(table, provider, question.where))
    keys = _keys(table, question.sort_by)
    found: Rows = []
    if question.count:
        statement = select(table).where(*wanted, *_behind(keys, question))
        statement = statement.order_by(*(key.desc() if question.is_descending else key.asc() for key in keys))
        found = list(connection.execute(statement.offset(question.skip).limit(question.count + 1)))
    is_all = question.after is None and not question.skip and 0 < len(found) <= question.count
    total = len(found) if is_all else _total(connection, table, provider, question, wanted)
    return total, found


def position(question: ListQuery, row: sqlalchemy.Row[Any]) -> tuple[str | int, str]:
    """Return the sort value and the id of a row."""
    return getattr(row, question.sort_by), row.id


def _keys(table: sqlalchemy.Table, sort_by: UserField) -> list[sqlalchemy.ColumnElement[Any]]:
    is_unique = sort_by in _UNIQUE_FIELDS or (table is SCIM_GROUPS and sort_by == "display_name")
    return [table.c[sort_by]] if is_unique else [table.c[sort_by], table.c.id]


def _behind(keys: list[sqlalchemy.ColumnElement[Any]], question: ListQuery) -> list[_Test]:
    tests: list[_Test] = [keys[0].is_not(None)] if question.sort_by == "user_name" else []
    if question.after is None:
        return tests
    if isinstance(question.after[0], int) != (question.sort_by in ("created_at", "modified_at")):
        return [sqlalchemy.false()]
    at: Any = tuple_(*keys) if len(keys) > 1 else keys[0]
    after: Any = tuple_(*question.after) if len(keys) > 1 else question.after[0]
    return [*tests, at < after if question.is_descending else at > after]


def _total(
    connection: sqlalchemy.Connection, table: sqlalchemy.Table, provider: str, question: ListQuery, wanted: list[_Test]
) -> int:
    counted = _counted(table, question.where)
    if counted is not None:
        its = SCIM_CONNECTIONS.c.provider == provider
        return int(connection.execute(select(counted).where(its)).scalar() or 0)
    return int(connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one())


def _counted(table: sqlalchemy.Table, where: Where | None) -> sqlalchemy.ColumnElement[Any] | None:
    """Return what is counted already: all, and whoever is active or not."""
    columns = SCIM_CONNECTIONS.c
    if table is SCIM_GROUPS:
        return columns.groups if where is None else None
    if where is None:
        return columns.users
    if isinstance(where, Condition) and where.field == "active":
        return columns.active_users if where.value else columns.users - columns.active_users
    return None


def _test(table: sqlalchemy.Table, provider: str, where: Where) -> _Test:
    if isinstance(where, Joined):
        parts = [_test(table, provider, part) for part in where.parts]
        return and_(*parts) if where.word == "and" else or_(*parts)
    if where.field == "email":
        columns = SCIM_EMAILS.c
        of_type = [columns.type == where.type] if where.type else []
        owners = select(columns.user_id).where(columns.provider == provider, columns.value == where.value, *of_type)
        return table.c.id.in_(owners)
    if where.field in ("group", "member"):
        columns = SCIM_MEMBERS.c
        own, other = ("user_id", "group_id") if where.field == "group" else ("group_id", "user_id")
        of_it = select(columns[own]).where(columns.provider == provider, columns[other] == where.value)
        return table.c.id.in_(of_it)
    if where.field == "active":
        return table.c.active == (sqlalchemy.true() if where.value else sqlalchemy.false())
    if where.field == "manager":
        of_manager: _Test = cast(table.c.resource, _JSON)[MANAGER_PATH].as_string() == where.value
        return of_manager
    test: _Test = _OPERATORS[where.operator](table.c[where.field], where.value)
    return test
