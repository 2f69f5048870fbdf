"""One form for the answers of all clients: what `with_*.py` write, and the other clients too.

A cell is None, a text, or a list of cells. Floats are the 16 digits of their bits, so that equal means equal; decimals keep the zeros
at their end; timestamps have six digits behind the point.
"""

import datetime
import decimal
import json
import math
import struct
import sys

# Numbers of types in Postgres.
TYPES = {
    16: "bool", 20: "int8", 21: "int2", 23: "int4", 25: "text", 700: "float4", 701: "float8", 1043: "text", 19: "text", 1082: "date",
    1114: "timestamp", 1700: "numeric", 1009: "text[]", 1016: "int8[]", 1007: "int4[]",
}
# Runs until it is cancelled.
LONG = "select count(*) as n from generate_series(1, 200000) as a(n) cross join generate_series(1, 200000) as b(m) where n + m = 7"


def cell(kind, value):
    """The cell of a value as Python has it."""
    if value is None:
        return None
    if kind.endswith("[]"):
        return [cell(kind[:-2], item) for item in value]
    if kind == "bool":
        return {True: "t", False: "f"}[value]
    if kind == "float4":
        # Which float of 4 bytes it is, whether the client has that or the double that is written like it.
        return bits(struct.unpack(">f", struct.pack(">f", value))[0])
    if kind == "float8":
        return bits(float(value))
    if kind in ("int2", "int4", "int8"):
        if int(value) != value:
            raise ValueError(f"{value!r} is no {kind}")
        return str(int(value))
    if kind == "numeric":
        if not isinstance(value, decimal.Decimal):
            raise ValueError(f"{value!r} is no decimal")
        return f"{value:f}"
    if kind == "date":
        if isinstance(value, datetime.datetime):
            raise ValueError(f"{value!r} is no date")
        return value.isoformat()
    if kind == "timestamp":
        return value.isoformat(timespec="microseconds")
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def bits(value):
    if math.isnan(value):
        value = math.nan
    return struct.pack(">d", value).hex()


def parameter(kind, value):
    """A value as Python has it, of one as queries.json has it."""
    if value is None:
        return None
    make = {
        "int8": int,
        "float8": float,
        "bool": {"t": True, "f": False}.get,
        "numeric": decimal.Decimal,
        "date": datetime.date.fromisoformat,
        "timestamp": datetime.datetime.fromisoformat,
        "text[]": list,
    }.get(kind, str)
    return make(value)


def parameters(query):
    return [parameter(kind, value) for kind, value in query.get("params", [])]


def request():
    """What the client is asked to do, from the file that is named first."""
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def tell(answers):
    """Writes what the client found."""
    json.dump(answers, sys.stdout, ensure_ascii=False)
