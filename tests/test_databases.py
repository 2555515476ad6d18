import sqlalchemy
from sqlalchemy.engine import create_engine

from tests.databases import sharing_statements

THINGS = sqlalchemy.table("things", sqlalchemy.column("name"))


def test_databases_of_one_kind_compile_each_statement_once_and_keep_their_own_rows(tmp_path):
    compiled = []
    compiler = create_engine("sqlite://").dialect.statement_compiler

    class Counting(compiler):
        def __init__(self, dialect, statement, *given, **named):
            compiled.append(str(statement))
            super().__init__(dialect, statement, *given, **named)

    created = sharing_statements(create_engine)
    for name in ("one", "two"):
        engine = created(f"sqlite:///{tmp_path / name}")
        engine.dialect.statement_compiler = Counting
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
            connection.execute(THINGS.insert(), {"name": name})
            connection.execute(THINGS.insert(), {"name": name.upper()})
            found = connection.execute(sqlalchemy.select(THINGS.c.name).where(THINGS.c.name == name)).all()
        assert found == [(name,)]
        engine.dispose()
    assert len(compiled) == 2
