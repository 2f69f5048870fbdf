"""Asks the server through SQLAlchemy, its inspector and pandas; see clients.py.

usage: with_sqlalchemy.py REQUEST
"""

import re
import warnings

import canonical
import pandas as pd
import sqlalchemy as sa


def engine_of(request):
    trusted = request["trusted"]
    url = sa.URL.create("postgresql+psycopg", trusted["user"], None, trusted["host"], trusted["port"], trusted["dbname"])
    return sa.create_engine(url)


def bound(query):
    """The text and its values as SQLAlchemy takes them."""
    values = {f"p{place}": value for place, value in enumerate(canonical.parameters(query), 1)}
    return sa.text(re.sub(r"\$(\d)", r":p\1", query["sql"])), values


def answer(connection, query):
    options = {"yield_per": query["fetch"]} if "fetch" in query else {}
    result = connection.execute(*bound(query), execution_options=options)
    columns = [(column.name, canonical.TYPES[column.type_code]) for column in result.cursor.description]
    cells = [[canonical.cell(kind, value) for (_, kind), value in zip(columns, row)] for row in result]
    return {"names": [name for name, _ in columns], "types": [kind for _, kind in columns], "rows": cells}


def framed(engine, query, types):
    """The answer as a frame; it keeps the values and not what Postgres calls their types, which are those given."""
    text, values = bound(query)
    parts = pd.read_sql(text, engine, params=values, coerce_float=False, chunksize=query.get("fetch"))
    frame = parts if isinstance(parts, pd.DataFrame) else pd.concat(parts)
    cells = frame.astype(object).where(frame.notna(), None).values.tolist()
    rows = [[canonical.cell(kind, value) for kind, value in zip(types, row)] for row in cells]
    return {"names": list(frame.columns), "types": types, "rows": rows}


def answers(request, engine):
    found, frames = {}, {}
    for query in request["queries"]:
        name = query["name"]
        try:
            with engine.connect() as connection:
                found[name] = answer(connection, query)
        except (sa.exc.SQLAlchemyError, ValueError, KeyError) as error:
            found[name] = {"error": f"{type(error).__name__}: {error}"}
            continue
        try:
            frames[name] = framed(engine, query, found[name]["types"])
        except (sa.exc.SQLAlchemyError, ValueError, TypeError) as error:
            frames[name] = {"error": f"{type(error).__name__}: {error}"}
    return {"SQLAlchemy": found, "pandas": frames}


def inspected(engine):
    inspector = sa.inspect(engine)
    columns = inspector.get_columns("bijlage_14", "appendix")
    table = sa.Table("round_3", sa.MetaData(), schema="cleaning", autoload_with=engine)
    with engine.connect() as connection:
        built = sa.select(table.c.sekse, sa.func.count()).where(table.c.contactmomenten > 8).group_by(table.c.sekse).order_by(table.c.sekse)
        counted = [list(row) for row in connection.execute(built)]
    return {
        "schemas": sorted(inspector.get_schema_names()),
        "tables": sorted(inspector.get_table_names("appendix")),
        "default": inspector.default_schema_name,
        "columns": [[column["name"], str(column["type"]), column["nullable"]] for column in columns],
        "types": sorted({str(column.type) for column in table.columns}),
        "key": inspector.get_pk_constraint("bijlage_14", "appendix")["constrained_columns"],
        "foreign keys": inspector.get_foreign_keys("bijlage_14", "appendix"),
        "indexes": inspector.get_indexes("bijlage_14", "appendix"),
        "there": [inspector.has_table("bijlage_14", "appendix"), inspector.has_table("bijlage_99", "appendix")],
        "lists": [str(column["type"]) for column in inspector.get_columns("totaal", "bomen") if column["name"] in ("leden", "aantallen")],
        "views": inspector.get_view_names("appendix"),
        "counted": counted,
        "read_sql_table": list(pd.read_sql_table("bijlage_02", engine, schema="appendix").shape),
    }


def main():
    warnings.simplefilter("ignore", sa.exc.SAWarning)
    request = canonical.request()
    engine = engine_of(request)
    canonical.tell({
        "version": f"SQLAlchemy {sa.__version__}, pandas {pd.__version__}",
        "answers": answers(request, engine),
        "checks": inspected(engine),
    })


if __name__ == "__main__":
    main()
