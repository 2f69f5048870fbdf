"""Asks the server through psql, and looks at what its commands that begin with a backslash show; see clients.py.

usage: with_psql.py REQUEST

psql 15 takes no values for parameters (`\\bind` came with 16), so they are put into the text as it quotes its variables (`:'p1'`).
"""

import csv
import decimal
import io
import os
import re
import subprocess

import canonical

NULL = "␀"
NAMES = {
    "smallint": "int2", "integer": "int4", "bigint": "int8", "real": "float4", "double precision": "float8", "boolean": "bool",
    "text": "text", "name": "text", "character varying": "text", "date": "date", "timestamp without time zone": "timestamp",
    "numeric": "numeric", "text[]": "text[]", "bigint[]": "int8[]",
}
# In a list an item is in quotes, or is not; each ends before a comma or at the end.
ITEM = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^,]*))(?:,|$)', re.DOTALL)


def psql(trusted, script, *options, **environment):
    command = ["psql", "--no-psqlrc", "-h", trusted["host"], "-p", str(trusted["port"]), "-U", trusted["user"], "-d", trusted["dbname"]]
    settings = {**os.environ, "PGCLIENTENCODING": "UTF8", "PGCONNECT_TIMEOUT": "20", "LC_ALL": "C.UTF-8", **environment}
    command += ["--csv", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-P", f"null={NULL}", "-P", "footer=off", *options]
    done = subprocess.run(command, input=script, capture_output=True, text=True, env=settings)
    if done.returncode != 0:
        raise ValueError(done.stderr.strip())
    return done.stdout


def table(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def variables(query):
    """The text with variables of psql in place of parameters, and the options that set them."""
    sql, options = query["sql"], []
    for place, (kind, value) in enumerate(query.get("params", []), 1):
        kind = {"int8": "bigint", "float8": "double", "bool": "boolean", "text": "varchar", "numeric": "decimal(38, 9)"}.get(kind, kind)
        if isinstance(value, list):
            parts = [f":'p{place}_{at}'" for at, _ in enumerate(value)]
            options += [word for at, item in enumerate(value) for word in ("-v", f"p{place}_{at}={item}")]
            quoted = f"[{', '.join(parts)}]"
        elif value is None:
            quoted = f"cast(null as {kind})"
        else:
            quoted = f"cast(:'p{place}' as {kind})"
            options += ["-v", f"p{place}={value}"]
        sql = sql.replace(f"${place}", quoted)
    return sql, options


def items(text):
    inner, found, at = text[1:-1], [], 0
    while at < len(inner) or (inner and inner[at - 1] == "," and at == len(inner)):
        match = ITEM.match(inner, at)
        quoted, bare = match.groups()
        found.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else None if bare == "NULL" else bare)
        at = match.end()
        if at >= len(inner) and not match.group(0).endswith(","):
            break
    return found


def cell(kind, text):
    if text == NULL or text is None:
        return None
    if kind.endswith("[]"):
        return [cell(kind[:-2], item) for item in items(text)]
    if kind in ("float4", "float8"):
        return canonical.cell(kind, float(text))
    if kind == "numeric":
        return canonical.cell(kind, decimal.Decimal(text))
    return text.replace(" ", "T") if kind == "timestamp" else text


def answer(trusted, query):
    sql, options = variables(query)
    described = table(psql(trusted, f"{sql} \\gdesc\n", *options))[1:]
    kinds = [NAMES[re.sub(r"\(.*\)", "", told)] for _, told in described]
    if "fetch" in query:
        options += ["-v", f"FETCH_COUNT={query['fetch']}"]
    rows = table(psql(trusted, f"{sql};\n", *options))
    cells = [[cell(kind, text) for kind, text in zip(kinds, row)] for row in rows[1:]]
    return {"names": rows[0], "types": kinds, "rows": cells}


def answers(request):
    found = {}
    for query in request["queries"]:
        try:
            found[query["name"]] = answer(request["trusted"], query)
        except (ValueError, KeyError) as error:
            found[query["name"]] = {"error": f"{type(error).__name__}: {error}"}
    return found


def told(trusted, script, **environment):
    """The rows, or what psql says against it."""
    try:
        return table(psql(trusted, script, **environment))
    except ValueError as error:
        return str(error)


def state(trusted, script, **environment):
    said = told(trusted, script, **environment)
    code = isinstance(said, str) and re.search(r"ERROR: +(\w{5}):", said)
    return code.group(1) if code else said


def checks(request):
    trusted, secure = request["trusted"], request["secure"]
    shown = {command: told(trusted, f"{command}\n") for command in [
        "\\dt appendix.*", "\\dn", "\\l", "\\d appendix.bijlage_14", "\\d+ appendix.bijlage_14", "\\d bomen.totaal", "\\du", "\\dT text", "\\di", "\\dv", "\\ds", "\\dx",
        "\\dp appendix.*", "\\df", "\\dt+ appendix.*",
    ]}
    password = {"PGPASSWORD": secure["password"]}
    return {
        "shown": shown,
        "refused": state(trusted, "create table x (a int);\n"),
        "copied": state(trusted, "\\copy (select 1) to '/dev/null'\n"),
        "timed out": state(trusted, f"set statement_timeout = 1000;\n{canonical.LONG};\n"),
        "TLS, certificate checked": told(secure, "select current_user as me;\n", PGSSLMODE="verify-full", PGSSLROOTCERT=request["ca"], **password),
        "wrong password": "password authentication failed" in told(secure, "select 1;\n", PGSSLMODE="require", PGPASSWORD="a guess"),
    }


def main():
    request = canonical.request()
    version = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=True).stdout
    canonical.tell({"version": version.strip().split(" (Debian")[0], "answers": {"psql": answers(request)}, "checks": checks(request)})


if __name__ == "__main__":
    main()
