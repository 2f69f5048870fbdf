"""Asks the server through psycopg (libpq), in text and in binary format; see clients.py.

usage: with_psycopg.py REQUEST
"""

import threading
import time

import canonical
import psycopg
from psycopg.raw_cursor import RawServerCursor

OPEN = dict(connect_timeout=20)


def answer(connection, query, binary):
    values = canonical.parameters(query)
    if "fetch" in query:
        # A cursor of the server, read in parts.
        cursor = RawServerCursor(connection, "parts", scrollable=False)
        cursor.itersize = query["fetch"]
        cursor.execute(query["sql"], values, binary=binary)
        rows = list(cursor)
    else:
        cursor = psycopg.RawCursor(connection)
        rows = cursor.execute(query["sql"], values, binary=binary).fetchall()
    columns = [(column.name, canonical.TYPES[column.type_code]) for column in cursor.description]
    cells = [[canonical.cell(kind, value) for (_, kind), value in zip(columns, row)] for row in rows]
    return {"names": [name for name, _ in columns], "types": [kind for _, kind in columns], "rows": cells}


def answers(request, binary):
    found = {}
    with psycopg.connect(**request["trusted"], **OPEN) as connection:
        for query in request["queries"]:
            try:
                found[query["name"]] = answer(connection, query, binary)
            except (psycopg.Error, ValueError, KeyError) as error:
                found[query["name"]] = {"error": f"{type(error).__name__}: {error}"}
            connection.rollback()
    return found


def state(work):
    """The SQLSTATE that something ends with; none if it ends well."""
    try:
        work()
    except psycopg.Error as error:
        return error.sqlstate or type(error).__name__
    return None


def prepared(request):
    """One statement, prepared once and asked again with other values."""
    with psycopg.connect(**request["trusted"], **OPEN) as connection:
        connection.prepare_threshold = 0
        sql = "select count(*) from generate_series(1, 10) as t(n) where n > %s"
        return [connection.execute(sql, (most,)).fetchone()[0] for most in (0, 3, 9, 3)]


def cancelled(request):
    with psycopg.connect(**request["trusted"], **OPEN) as connection:
        timer = threading.Timer(1.0, connection.cancel)
        timer.start()
        begun = time.monotonic()
        ended = state(lambda: connection.execute(canonical.LONG))
        timer.join()
        connection.rollback()
        return [ended, time.monotonic() - begun < 20, connection.execute("select 1").fetchone()[0]]


def pipelined(request):
    with psycopg.connect(**request["trusted"], **OPEN) as connection, connection.pipeline():
        cursors = [connection.execute("select %s::bigint + 1", (n,)) for n in (1, 2, 3)]
        return [cursor.fetchone()[0] for cursor in cursors]


def streamed(request):
    with psycopg.connect(**request["trusted"], **OPEN) as connection:
        return sum(1 for _ in connection.cursor().stream("select n from generate_series(1, 2500) as t(n)"))


def login(secure, **changes):
    """Who the server says one is, or how it ended."""
    try:
        with psycopg.connect(**{**secure, **changes}, **OPEN) as connection:
            inside = connection.pgconn.ssl_in_use
            return [connection.execute("select current_user").fetchone()[0], "TLS" if inside else "plain"]
    except psycopg.OperationalError as error:
        text = str(error)
        return next(word for word in ("password", "certificate", "SSL", "encrypt", "") if word in text) or text


def checks(request):
    secure, trusted = request["secure"], request["trusted"]
    with psycopg.connect(**trusted, autocommit=True, **OPEN) as connection:
        refused = {
            "create": state(lambda: connection.execute("create table x (a int)")),
            "copy": state(lambda: connection.execute("copy (select 1) to stdout")),
            "no table": state(lambda: connection.execute("select * from nowhere.nothing")),
        }
    return {
        "prepared": prepared(request),
        "cancelled": cancelled(request),
        "pipelined": pipelined(request),
        "streamed": streamed(request),
        "refused": refused,
        "TLS, any certificate": login(secure, sslmode="require"),
        "TLS, certificate checked": login(secure, sslmode="verify-full", sslrootcert=request["ca"]),
        "TLS, another authority": login(secure, sslmode="verify-full", sslrootcert=request["other_ca"]),
        "TLS, another name": login(secure, sslmode="verify-full", sslrootcert=request["ca"], host="elsewhere.test", hostaddr="127.0.0.1"),
        "wrong password": login(secure, sslmode="require", password="a guess"),
    }


def main():
    request = canonical.request()
    canonical.tell({
        "version": f"psycopg {psycopg.__version__}, libpq {psycopg.pq.version()}",
        "answers": {"psycopg, text": answers(request, False), "psycopg, binary": answers(request, True)},
        "checks": checks(request),
    })


if __name__ == "__main__":
    main()
