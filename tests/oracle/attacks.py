"""Attacks a server in both protocols, in each role, and watches its processes with strace.

usage: attacks.py HERKOMST

Runs the shipped study, serves it, and sends each text of `attacks.txt` as an auditor, an analyst and the public. Each must
end as that file says; no text of an error may name a path of the machine, a trace or an identifying value, and no row of
an analyst or the public an identifying value. Meanwhile strace sees each file operation of the server and its workers:
nothing is written but the log of queries and temporary files, nothing is opened outside of the warehouse, the program and
what the system gives to every program. Afterwards each file of the warehouse is as it was. Needs the standard library only,
and strace; without it the rest is tested.
"""

import hashlib
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from served import ROLES, Served
from watched import Watched, can_watch

ATTACKS = Path(__file__).with_name("attacks.txt")
# What no text of an error shows: paths of a machine, objects of a warehouse, insides of a program.
INSIDES = re.compile(
    r"/(tmp|home|root|usr|var|work|proc|build)/|\bobjects/[0-9a-f]{2}|\.parquet\b|\.rs\b|panicked|backtrace|core::|0x[0-9a-f]{6}"
)


def attacks():
    """Each attack: what the roles get in the simple and in the extended protocol, and the text."""
    for line in ATTACKS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            *expected, sql = line.split(None, 3)
            ways = [(one.split("/") * 2)[:2] for one in expected]
            yield dict(zip(ROLES, ways, strict=True)), written_out(sql)


def written_out(sql):
    sql = re.sub(r"\\(u[0-9a-f]{4}|n)", lambda found: found[0].encode().decode("unicode_escape"), sql)
    return re.sub("«(.+?)\\*(\\d+)»", lambda found: found[1] * int(found[2]), sql)


def came(answer):
    """An answer in the words of the file of attacks."""
    if answer.code:
        return answer.code
    if answer.status is None:
        return "closed"
    if not answer.rows:
        return "none"
    return "rows"


def is_as_expected(answer, expected):
    if expected.startswith("="):
        return not answer.code and [list(row) for row in answer.rows] == [[expected[1:] or None]]
    return came(answer) == expected


def identifying(client):
    """All values that identify a person, as an auditor reads them."""
    columns = client.ask(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'identity' and column_name <> 'row_id'"
    )
    values = set()
    for table, column in columns.rows:
        answer = client.ask(f"select distinct {column} from identity.{table} where {column} is not null")
        assert answer.code is None, answer.told()
        values.update(row[0] for row in answer.rows)
    # A word of three letters may stand anywhere, and so may a date.
    return {value for value in values if len(value) > 3 and not re.fullmatch(r"[\d-]{10}", value) or value.isdigit()}


def tree(folder):
    """Each file of a folder, with what shows that it was touched."""
    found = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        found[str(path.relative_to(folder))] = (seen.st_ino, seen.st_mode, seen.st_size, seen.st_mtime_ns, content)
    return found


class Faults(list):
    """What was not as it should be."""

    def hold(self, holds, *said):
        if not holds:
            self.append(" ".join(str(part)[:300] for part in said))


def attack(server, role, names, faults):
    """Sends everything in one role; the connection is new where one was ended."""
    outcomes = Counter()
    for way in (0, 1):
        for expected, sql in attacks():
            client = server.client(role)
            answer = client.prepared(sql) if way else client.ask(sql)
            outcomes["refused" if answer.code or answer.status is None else "answered"] += 1
            told = answer.told().replace(sql, "")
            protocol = "extended" if way else "simple"
            at = f"{role}, {protocol}: {sql[:120]!r}"
            wanted = expected[role][way]
            faults.hold(is_as_expected(answer, wanted), at, "got", came(answer), answer.rows[:1], answer.told(), "not", wanted)
            faults.hold(not INSIDES.search(without_quoted(told, sql)), at, "tells of insides:", told)
            if role != "auditor":
                words = set(re.findall(r"[\w-]+", told)) - set(re.findall(r"[\w-]+", sql))
                faults.hold(not words & names, at, "tells who:", words & names)
                cells = {cell for row in answer.rows for cell in row if cell}
                faults.hold(not cells & names, at, "shows who:", sorted(cells & names)[:3])
                shown = [cell for cell in cells if role == "public" and INSIDES.search(cell)]
                faults.hold(not shown or "/etc/" in sql, at, "shows insides:", shown[:1])
            if answer.status is not None:
                after = client.ask("rollback; select count(*) from appendix.bijlage_01")
                faults.hold(after.rows == [("5",)], at, "and then", after.told() or after.rows)
            client.close()
            faults.hold(server.lives(), at, "ended the server")
    return outcomes


def without_quoted(told, sql):
    """An error without the words that it quotes from the text."""
    for word in re.findall(r"""[^\s'"(),;]{4,}""", sql):
        told = told.replace(word, "")
    return told


def main():
    program = Path(sys.argv[1]).resolve()
    faults, can = Faults(), can_watch()
    with tempfile.TemporaryDirectory(prefix="herkomst-attacks-") as name:
        folder = Path(name)
        trace = folder / "trace"
        with Served(program, folder):
            pass
        before = tree(folder / "warehouse")
        with Served(program, folder, before=Watched.command(trace) if can else ()) as server:
            outcomes = Counter()
            names = identifying(server.client("auditor"))
            faults.hold(len(names) > 100, "only", len(names), "identifying values: nothing would be noticed")
            for role in ROLES:
                outcomes += attack(server, role, names, faults)
            said = Path(server.said.name)
        faults.hold(tree(folder / "warehouse") == before, "the warehouse was changed")
        log = said.read_text()
        words = set(re.findall(r"[\w-]+", log))
        faults.hold(not {name for name in words & names if name.isdigit()}, "the server's own log names a person")
        if can:
            seen = Watched(trace, server)
            faults.hold(seen.operations > 1000, "strace saw only", seen.operations, "file operations")
            faults.extend(seen.faults())
    for fault in faults:
        print(fault)
    texts = sum(1 for _ in attacks())
    print(f"{texts} texts x 2 protocols x 3 roles: {outcomes['refused']} refused, {outcomes['answered']} answered harmlessly")
    if can:
        print(f"strace: {seen.operations} file operations of {seen.processes} processes and threads, {seen.written} wrote to the log or to temporary files")
    else:
        print("not tested: which files the server opens: strace cannot be used (apt-get install strace; ptrace must be allowed)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
