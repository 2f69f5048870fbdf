"""Reads the published files with DuckDB, without a server; see clients.py.

usage: with_duckdb.py REQUEST
"""

import json
import pathlib

import canonical
import duckdb

TYPES = {
    "BOOLEAN": "bool", "SMALLINT": "int2", "INTEGER": "int4", "BIGINT": "int8", "FLOAT": "float4", "DOUBLE": "float8", "VARCHAR": "text",
    "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP_NS": "timestamp",
}


def type_of(told):
    if told.endswith("[]"):
        return f"{type_of(told[:-2])}[]"
    return "numeric" if told.startswith("DECIMAL") else TYPES[told]


def opened(published):
    """A database in which each published file has its name in SQL."""
    db = duckdb.connect()
    night = pathlib.Path(published).resolve()
    for table in json.loads((night / "datapackage.json").read_text())["resources"]:
        db.execute(f"create schema if not exists {table['name'].split('.')[0]}")
        db.execute(f"create view {table['name']} as from '{night / table['path']}'")
    return db


def answer(db, query):
    result = db.execute(query["sql"], canonical.parameters(query) or None)
    columns = [(column[0], type_of(str(column[1]))) for column in result.description]
    cells = [[canonical.cell(kind, value) for (_, kind), value in zip(columns, row)] for row in result.fetchall()]
    return {"names": [name for name, _ in columns], "types": [kind for _, kind in columns], "rows": cells}


def main():
    request = canonical.request()
    db = opened(request["published"])
    found = {}
    for query in request["queries"]:
        try:
            found[query["name"]] = answer(db, query)
        except (duckdb.Error, ValueError, KeyError) as error:
            found[query["name"]] = {"error": f"{type(error).__name__}: {error}"}
    canonical.tell({"version": f"DuckDB {duckdb.__version__}", "answers": {"duckdb": found}, "checks": {}})


if __name__ == "__main__":
    main()
