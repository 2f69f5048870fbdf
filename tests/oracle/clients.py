"""Asks `herkomst serve` the same queries through psql, psycopg, SQLAlchemy, pandas, JDBC and Node, and DuckDB over the files.

usage: clients.py HERKOMST [CLIENT ...]

Runs the shipped study twice into a temporary warehouse and starts two servers, one for this machine and one with a user, a password
and TLS. Each `clients/with_*` asks the queries of clients/queries.json; cell by cell and type by type the answers must be those of
`herkomst sql` and of each other, floats to the last bit. What a client cannot do is said there and in docs/serve.md, and must still be
so. Each also looks at the catalogue in its own way, cancels, prepares, reads in parts, logs in with and without the right certificate
and password. A client that is not installed is named with the way to install it, and left out. With names of clients, only those.
"""

import contextlib
import datetime
import decimal
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = pathlib.Path(__file__).resolve().parent / "clients"
sys.path.insert(0, str(FOLDER))
import canonical  # noqa: E402

QUERIES = json.loads((FOLDER / "queries.json").read_text())
JARS = [pathlib.Path(path) for path in (os.environ.get("HERKOMST_JDBC"), "/usr/share/java/postgresql.jar") if path]
NODE = pathlib.Path(sys.prefix) / "node"
STUDY, PASSWORD = ROOT / "pipelines/perspectief", "a long secret"
COLUMNS = ["cluster_printed", "kenmerk", "samenhang", "p", "chi", "df", "meetniveau", "categorieen", "volgnr"]
SCHEMAS = ["appendix", "audit", "bomen", "checks", "cleaning", "features", "identity", "linkage", "origin", "staging"]
PRINTED = [f"bijlage_{number:02}" for number in range(1, 31)]
findings = []


def expect(what, one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            expect(f"{what}, {key}", one.get(key), other.get(key))
    elif one != other:
        findings.append(f"{what}: {shown(one)}, not {shown(other)}")


def shown(value, most=300):
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


# The servers and the authority that vouches for one of them.


def certificates(folder):
    """An authority, another one, and a certificate of the first for `localhost`."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for name in ("ca", "other", "server"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.sec1")
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.sec1", "-out", f"{name}.key")
        (folder / f"{name}.key").chmod(0o600)
    for name in ("ca", "other"):
        openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN=authority {name}", "-days", "2", "-out", f"{name}.pem")
    openssl("req", "-new", "-key", "server.key", "-subj", "/CN=localhost", "-out", "server.csr")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem"]
    openssl("x509", "-req", "-in", "server.csr", *signed)


@contextlib.contextmanager
def server(command, *options):
    """The port of a server that runs meanwhile."""
    listening = subprocess.Popen(
        [*command, "--json", "serve", "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        line = listening.stdout.readline()
        if not line:
            sys.exit(f"the server did not start: {options}")
        yield int(json.loads(line)["listening"].rpartition(":")[2])
    finally:
        listening.terminate()
        expect("the server's end", listening.wait(30), 0)


# What the answers should be.


def literal(kind, value):
    """A value as a text of SQL."""
    if isinstance(value, list):
        return "[" + ", ".join(literal("text", item) for item in value) + "]"
    kind = {"int8": "bigint", "float8": "double", "bool": "boolean", "text": "varchar", "numeric": "decimal(38, 9)"}.get(kind, kind)
    quoted = "null" if value is None else "'" + value.replace("'", "''") + "'"
    return f"cast({quoted} as {kind})"


def by_herkomst(command, query):
    """Rows of `herkomst sql`, as it writes them; a column that is NULL is not there."""
    sql = query["sql"]
    for place, (kind, value) in enumerate(query.get("params", []), 1):
        sql = sql.replace(f"${place}", literal(kind, value))
    run = ["--run", "1"] if "run_1." in sql else []
    done = subprocess.run(
        [*command, "sql", "--format", "json", *run, "-c", sql.replace("run_1.", "")], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        return {"error": done.stderr}
    return {"rows": json.loads(done.stdout, parse_float=decimal.Decimal)}


def from_json(kind, value):
    """A cell of a value of JSON, of which the type is known."""
    if value is None:
        return None
    if kind.endswith("[]"):
        return [from_json(kind[:-2], item) for item in value]
    if kind == "numeric":
        value = decimal.Decimal(value)
    if kind == "date":
        value = datetime.date.fromisoformat(value)
    if kind == "timestamp":
        value = datetime.datetime.fromisoformat(value)
    return canonical.cell(kind, value)


def compare(answers, told):
    """All answers to all queries; how many cells were the same."""
    cells = 0
    for query in QUERIES:
        name, without = query["name"], query.get("without", {})
        here = {client: found[name] for client, found in answers.items() if name in found}
        first = next((answer for client, answer in here.items() if "error" not in answer and client not in without), None)
        if first is None and set(here) <= set(without):
            continue
        if first is None:
            findings.append(f"{name}: nobody answers it: {shown(here)}")
            continue
        if "herkomst sql" not in without:
            if "error" in told[name]:
                findings.append(f"{name}: herkomst sql says {told[name]['error']}")
            else:
                rows = [[from_json(kind, row.get(column)) for column, kind in zip(first["names"], first["types"])] for row in told[name]["rows"]]
                here["herkomst sql"] = {"names": first["names"], "types": first["types"], "rows": rows}
                strange = {column for row in told[name]["rows"] for column in row} - set(first["names"])
                expect(f"{name}, columns of herkomst sql", strange, set())
        for client, answer in here.items():
            cells += compared(f"{client}: {name}", first, answer, client in without)
    return cells


def compared(what, first, answer, is_excused):
    if is_excused:
        if answer == first:
            findings.append(f"{what}: it can be done, and is said not to be")
        return 0
    if "error" in answer:
        findings.append(f"{what}: {answer['error']}")
        return 0
    expect(f"{what}, columns", answer["names"], first["names"])
    expect(f"{what}, types", answer["types"], first["types"])
    expect(f"{what}, rows", len(answer["rows"]), len(first["rows"]))
    for number, (one, other) in enumerate(zip(answer["rows"], first["rows"])):
        if one != other:
            differences = [(column, a, b) for column, a, b in zip(first["names"], one, other) if a != b]
            findings.append(f"{what}, row {number} (column, this client, the first): {shown(differences)}")
            return 0
    return sum(map(len, answer["rows"]))


# What each client finds beside the queries.


def check_psycopg(found):
    expect("psycopg", found, {
        "prepared": [10, 7, 1, 7],
        "cancelled": ["57014", True, 1],
        "pipelined": [2, 3, 4],
        "streamed": 2500,
        "refused": {"create": "25006", "copy": "25006", "no table": "42P01"},
        "TLS, any certificate": ["anna", "TLS"],
        "TLS, certificate checked": ["anna", "TLS"],
        "TLS, another authority": "certificate",
        "TLS, another name": "certificate",
        "wrong password": "password",
    })


def check_sqlalchemy(found):
    types = ["TEXT", "TEXT", "BOOLEAN", "DOUBLE PRECISION", "DOUBLE PRECISION", "BIGINT", "TEXT", "BIGINT", "BIGINT"]
    counted = found.pop("counted")
    expect("SQLAlchemy, built query", [kind for kind, _ in counted], ["man", "vrouw"])
    expect("SQLAlchemy", found, {
        "schemas": SCHEMAS,
        "tables": PRINTED,
        "default": "appendix",
        "columns": [[name, kind, True] for name, kind in zip(COLUMNS, types)],
        "types": ["BIGINT", "DATE", "TEXT"],
        "key": [],
        "foreign keys": [],
        "indexes": [],
        "there": [True, False],
        "lists": ["ARRAY", "ARRAY"],
        "views": [],
        "read_sql_table": [53, 4],
    })


def check_psql(found):
    shown_by = found.pop("shown")
    types = ["text", "text", "boolean", "double precision", "double precision", "bigint", "text", "bigint", "bigint"]
    expect("psql \\dt", [row[:3] for row in shown_by["\\dt appendix.*"][1:]], [["appendix", name, "table"] for name in PRINTED])
    expect("psql \\dn", [row[0] for row in shown_by["\\dn"][1:]], SCHEMAS)
    expect("psql \\l", [row[0] for row in shown_by["\\l"][1:]], ["current", "postgres", "run_1", "run_2"])
    expect("psql \\d", [row[:2] for row in shown_by["\\d appendix.bijlage_14"][1:]], [list(pair) for pair in zip(COLUMNS, types)])
    expect("psql \\dT", [row[:2] for row in shown_by["\\dT text"][1:]], [["pg_catalog", "text"]])
    for command in ("\\du", "\\di", "\\dv", "\\ds", "\\dp appendix.*"):
        expect(f"psql {command}, rows", len(shown_by[command][1:]), 0)
    expect("psql \\d+", [row[:2] for row in shown_by["\\d+ appendix.bijlage_14"][1:]], [list(pair) for pair in zip(COLUMNS, types)])
    expect("psql \\df", len(shown_by["\\df"][1:]), 0)
    expect("psql \\dt+", [row[:3] for row in shown_by["\\dt+ appendix.*"][1:]], [["appendix", name, "table"] for name in PRINTED])
    expect("psql", found, {
        "refused": "25006",
        "copied": "25006",
        "timed out": "57014",
        "TLS, certificate checked": [["me"], ["anna"]],
        "wrong password": True,
    })


def check_jdbc(found):
    types = ["text", "text", "bool", "float8", "float8", "int8", "text", "int8", "int8"]
    expect("JDBC", found, {
        "product": "PostgreSQL",
        "schemas": sorted([*SCHEMAS, "pg_catalog"]),
        "tables": 30,
        "all tables": True,
        "columns": [[name, kind, "YES", str(at)] for at, (name, kind) in enumerate(zip(COLUMNS, types), 1)],
        "key": [],
        "indexes": [],
        "imported keys": [],
        "exported keys": [],
        "privileges": [],
        "functions": [],
        "procedures": [],
        "lists": ["_int8", "_text"],
        "types": True,
        "table types": True,
        "catalogs": True,
        "cancelled": ["57014", "1"],
        "timed out": ["57014", "1"],
        "prepared": ["10", "7", "1", "7", "7", "7", "7"],
        "refused": "25006",
        "TLS, any certificate": "anna",
        "TLS, certificate checked": "anna",
        "TLS, another authority": "08006",
        "wrong password": "28P01",
    })


def check_node(found):
    authority = found.pop("TLS, another authority")
    expect("node, another authority is refused", "VERIFY" in authority or "CERT" in authority, True)
    expect("node", found, {
        "prepared": ["10", "7", "1", "7"],
        "cancelled": ["57014", "1"],
        "timed out": ["57014", "1"],
        "refused": "25006",
        "TLS, any certificate": "anna",
        "TLS, certificate checked": "anna",
        "wrong password": "28P01",
    })


def nothing(found):
    expect("checks", found, {})


# The clients.


def python(name):
    return lambda paths: [sys.executable, FOLDER / f"with_{name}.py", paths["json"]]


def java(paths):
    return ["java", "-cp", next(jar for jar in JARS if jar.exists()), FOLDER / "WithJdbc.java", paths["records"]]


def node(paths):
    return ["node", "--no-deprecation", FOLDER / "with_node.mjs", paths["json"], NODE]


CLIENTS = {
    "psycopg": (python("psycopg"), check_psycopg),
    "psql": (python("psql"), check_psql),
    "sqlalchemy": (python("sqlalchemy"), check_sqlalchemy),
    "duckdb": (python("duckdb"), nothing),
    "jdbc": (java, check_jdbc),
    "node": (node, check_node),
}


def missing(client):
    """What a client lacks on this machine, with the way to install it; none if nothing."""
    if client == "psql" and not shutil.which("psql"):
        return "psql (apt-get install postgresql-client)"
    if client == "jdbc" and not shutil.which("java"):
        return "java 17 or later (apt-get install openjdk-17-jdk-headless)"
    if client == "jdbc" and not any(jar.exists() for jar in JARS):
        return "the JDBC driver (apt-get install libpostgresql-jdbc-java, or its jar in HERKOMST_JDBC)"
    if client == "node" and not shutil.which("node"):
        return "node 18 or later (apt-get install nodejs)"
    if client == "node" and not (NODE / "node_modules/pg").exists():
        return f"pg for node (make setup, or npm ci with tests/oracle/clients/package-lock.json in {NODE.name})"
    return None


def requests(folder, port, secure_port, warehouse):
    """The request to the clients as a file of JSON, and as one of records for Java."""
    trusted = {"host": "127.0.0.1", "port": port, "user": "anna", "dbname": "current"}
    secure = {"host": "localhost", "port": secure_port, "user": "anna", "dbname": "current", "password": PASSWORD}
    ca, other = str(folder / "ca.pem"), str(folder / "other.pem")
    request = {"trusted": trusted, "secure": secure, "ca": ca, "other_ca": other, "published": str(warehouse / "published")}
    records = [["set", name, str(value)] for name, value in [
        ("user", "anna"), ("port", port), ("secure_port", secure_port), ("ca", ca), ("other_ca", other),
    ]]
    for query in QUERIES:
        records.append(["query", query["name"], str(query.get("fetch", 0)), query["sql"]])
        for kind, value in query.get("params", []):
            records.append(["parameter", kind, *([] if value is None else value if isinstance(value, list) else [value])])
    paths = {"json": folder / "request.json", "records": folder / "request.records"}
    paths["json"].write_text(json.dumps({**request, "queries": QUERIES}))
    paths["records"].write_text("\x1e".join("\x1f".join(record) for record in records))
    return paths


def ask(client, paths):
    """What a client found; none if it broke down."""
    command, check = CLIENTS[client]
    done = subprocess.run(list(map(str, command(paths))), capture_output=True, cwd=ROOT, timeout=300)
    if done.returncode != 0:
        findings.append(f"{client} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
        return None
    found = json.loads(done.stdout)
    check(found["checks"])
    return found


def main():
    program, wanted = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:] or list(CLIENTS)
    if not shutil.which("openssl"):
        sys.exit("not tested: openssl is not installed (apt-get install openssl)")
    answers = {}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        command = [program, "--study", STUDY, "--warehouse", folder / "warehouse"]
        for _ in range(2):
            subprocess.run([*command, "run"], check=True, capture_output=True, cwd=ROOT)
        told = {query["name"]: by_herkomst(command, query) for query in QUERIES if "herkomst sql" not in query.get("without", {})}
        certificates(folder)
        users, tls = folder / "users", ["--tls-cert", folder / "server.pem", "--tls-key", folder / "server.key"]
        subprocess.run([*command, "serve", "user", "anna", "--role", "auditor", "--users", users], input=PASSWORD + "\n", text=True, check=True, capture_output=True)
        port = stack.enter_context(server(command, "--trust-loopback", "auditor"))
        secure_port = stack.enter_context(server(command, "--users", users, *tls, "--query-log", folder / "secure.jsonl"))
        paths = requests(folder, port, secure_port, folder / "warehouse")
        for client in wanted:
            if lacks := missing(client):
                print(f"not tested: {client}: it needs {lacks}")
            elif found := ask(client, paths):
                answers.update(found["answers"])
                print(f"{client}: {found['version']}")
        cells = compare(answers, told)
    print(f"{len(QUERIES)} queries, {len(answers)} ways to ask them, {cells} cells the same")
    for finding in findings:
        print(finding, file=sys.stderr)
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
