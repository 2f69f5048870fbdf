"""Asks a server for too much, in every way that we could think of, while other clients go on with their work.

usage: [HERKOMST_ALL_ATTACKS=1] hostile.py HERKOMST [ATTACK ...]

Serves the shipped study with little memory and time for a query. Each attack goes on for a second or more; meanwhile two
other clients ask small questions without a pause. The attacker must get an SQLSTATE (or an answer that is in bounds), the
server must live, its workers must stay within their memory, temporary files must go, no error may tell of insides, every
answer to the others must be right. What their 95th percentile rose to is printed; with HERKOMST_ALL_ATTACKS=1 it must not be above
twice what it is in all quiet seconds together and a quarter of a second, which starting a worker takes in a debug build, three
times out of three: the machine has other work too. Needs the standard library only.
"""

import multiprocessing
import os
import socket
import struct
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from attacks import INSIDES
from served import Served, percentile
from wire import Refused, framed, text

MEMORY, SECONDS, ROWS, CONNECTIONS, WORKERS = 128, 4, 100_000, 40, 4
# Seconds in which a debug build of a worker starts.
STARTS = 0.25
# What a worker holds beside its query (docs/serve.md), in MiB.
BESIDE = 320
OPTIONS = (
    "--query-memory", f"{MEMORY}MiB", "--query-time", SECONDS, "--query-rows", ROWS, "--connections", CONNECTIONS,
    "--workers", WORKERS,
)
STOPPED, TOO_MUCH, TOO_LARGE = {"57014"}, {"53200", "53100"}, {"54001"}
FORK = multiprocessing.get_context("fork")
SERIES = "generate_series(1, 100000000)"


def nested(inner, before, after, times):
    return before * times + inner + after * times


# Attacks that are one text each, with the SQLSTATEs that may come of it; None: it may be answered.
TEXTS = {
    "a text of 2 GB": ("select length(repeat(repeat('x', 1000000), 2000))", TOO_MUCH),
    "padding to 2 GB": ("select length(lpad('a', 2000000000, 'b'))", TOO_MUCH),
    "an array of 1 GB": (f"select cardinality(array_agg(repeat('x', 1000))) from {SERIES}", TOO_MUCH | STOPPED),
    "a range of 10 billion": ("select cardinality(range(1, 10000000000))", TOO_MUCH | STOPPED | {"22000", "XX000"}),
    "a cross join": (f"select count(*) from {SERIES} a, {SERIES} b where a.value <> b.value", STOPPED | TOO_MUCH),
    "a giant sort": (f"select max(r) from (select row_number() over (order by md5(value::text)) r from {SERIES})", STOPPED | TOO_MUCH),
    "a giant hash join": (f"select count(*) from {SERIES} a join {SERIES} b on a.value % 7 = b.value % 7", STOPPED | TOO_MUCH),
    "a giant group by": (f"select count(*) from (select md5(value::text) m from {SERIES} group by 1)", STOPPED | TOO_MUCH),
    "recursion without end": ("with recursive a as (select 1 n union all select n + 1 from a) select count(*) from a", STOPPED | TOO_MUCH),
    "recursion that doubles": ("with recursive a as (select 1 n union all select n from a cross join generate_series(1, 2)) select count(*) from a", STOPPED | TOO_MUCH),
    "more rows than allowed": (f"select value from {SERIES}", {"54000"}),
    "20,000 terms": ("select 1" + " + 1" * 20_000, TOO_LARGE),
    "4,000 terms that fit": ("select 1" + "+1" * 4_000, TOO_LARGE),
    "10,000 brackets": (f"select {nested('1', '(', ')', 10_000)}", TOO_LARGE),
    "1,000 CASEs in one another": (f"select {nested('1', 'case when true then ', ' end', 1_000)}", TOO_LARGE),
    "500 subqueries in one another": (f"select * from {nested('bijlage_01', '(select * from ', ')', 500)}", TOO_LARGE),
    "a list of 100,000": (f"select 1 where 1 in ({','.join('1' * 100_000)})", TOO_LARGE),
    "a list that fits": (f"select count(*) from {SERIES} where value in ({','.join(map(str, range(3_000)))})", STOPPED | {None}),
    "a union of 240": ("select count(*) from (select * from bijlage_01" + " union all select * from bijlage_01" * 240 + ")", TOO_LARGE | STOPPED | {None}),
    "a literal of 900 kB": (f"select length('{'x' * 900_000}')", TOO_LARGE),
    "a cube of 24 columns": ("select count(*) from (values (1)) t(a) group by cube (" + ",".join(f"a + {n}" for n in range(24)) + ")", STOPPED | TOO_MUCH | {"42601", "0A000", "22000", "XX000"}),
    "joins of 40": ("select count(*) from " + " cross join ".join(f"bijlage_01 t{n}" for n in range(40)), STOPPED | TOO_MUCH | {"22003"}),
    "a large expression": (f"select regexp_like('{'a' * 2_000}', '((((a{{100}}){{100}}){{100}}){{100}})')", {"22000", "2201B"}),
    "a slow expression": (f"select count(*) from {SERIES} where regexp_like(repeat('a', 5000) || value, '(a*)*(a*)*b')", STOPPED | TOO_MUCH),
    "a distance that takes hours": ("select levenshtein(repeat('ab', 1000000), repeat('ba', 1000000))", STOPPED | TOO_MUCH),
}


def one_text(sql):
    def attack(server):
        with Closing(server.client("analyst")) as client:
            answer = client.ask(sql)
            return answer.code, answer.told()
    return attack


def a_huge_value(server):
    with Closing(server.client("analyst")) as client:
        answer = client.prepared("select length($1)", ["x" * 900_000])
        return answer.code, answer.told()


def a_value_of_a_gigabyte(server):
    with Closing(server.client("analyst")) as client:
        with suppress(OSError):
            client.raw(b"B" + struct.pack("!I", 0x40000000) + b"x" * 100_000)
        return client.answer().code, ""


def nobody_reads(server):
    """Asks for rows and does not take them, until the server has had enough."""
    with Closing(server.client("analyst")) as client:
        client.send(b"Q", text(f"select repeat('x', 1000), value from generate_series(1, {ROWS - 1})"))
        time.sleep(SECONDS + 1)
        answer = client.answer()
        return answer.code, answer.told()


def many_statements(server):
    """Prepares statements and opens portals that are never closed."""
    with Closing(server.client("analyst")) as client:
        for number in range(300):
            name = text(f"s{number}")
            client.raw(framed(b"P", name + text("select value from generate_series(1, 1000)") + b"\0\0"))
            client.raw(framed(b"B", name + name + b"\0\0\0\0\0\0"))
            client.raw(framed(b"E", name + struct.pack("!I", 1)))
        client.send(b"S")
        answer = client.answer()
        return answer.code, answer.told()


def slow_starts(server):
    """Connections that say hello a byte a second."""
    hello = struct.pack("!II", 100, 196608)
    lines = [connect(server) for _ in range(60)]
    for at in range(3):
        for line in lines:
            with suppress(OSError):
                line.sendall(hello[at:at + 1])
        time.sleep(1)
    for line in lines:
        line.close()
    return None, ""


def half_messages(server):
    """Logs in and sends half of a query; goes before the other half."""
    clients = [server.client("analyst") for _ in range(10)]
    for client in clients:
        client.raw(framed(b"Q", text("select 1"))[:-4])
    time.sleep(1.5)
    for client in clients:
        client.close()
    return None, ""


def garbage(server):
    told = b""
    for piece in (b"\xff" * 4096, b"GET / HTTP/1.1\r\n\r\n", struct.pack("!II", 2**31 - 1, 196608), bytes(range(256)) * 16):
        line = connect(server)
        line.settimeout(1)
        with suppress(OSError):
            line.sendall(piece)
            line.shutdown(socket.SHUT_WR)
            told += line.recv(4096)
        line.close()
    return None, told.decode(errors="replace")


def many_connections(server):
    for _ in range(1_000):
        connect(server).close()
    return None, ""


def more_than_fit(server):
    clients, codes = [], set()
    for _ in range(CONNECTIONS):
        try:
            clients.append(server.client("analyst"))
        except Refused as refused:
            codes.add(refused.args[0]["C"])
        except OSError:
            codes.add("08P01")
    for client in clients:
        client.close()
    return ("53300" if codes == {"53300"} else str(codes)), ""


def connect(server):
    host, port = server.address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), 10)


class Closing:
    def __init__(self, client):
        self.client = client

    def __enter__(self):
        return self.client

    def __exit__(self, *_):
        self.client.close()


ATTACKS = {name: (one_text(sql), codes) for name, (sql, codes) in TEXTS.items()} | {
    "a value of 900 kB": (a_huge_value, {None}),
    "a message of a gigabyte": (a_value_of_a_gigabyte, {None, "08P01", "54000"}),
    "rows that nobody reads": (nobody_reads, STOPPED | {None}),
    "300 open portals": (many_statements, {"53000", "53300", None}),
    "60 slow starts": (slow_starts, {None}),
    "half messages": (half_messages, {None}),
    "garbage": (garbage, {None}),
    "1,000 connections": (many_connections, {None}),
    "more than may come in": (more_than_fit, {"53300"}),
}


# Made only when all are: each has one like it among the others.
LIKE_OTHERS = {
    "padding to 2 GB", "a range of 10 billion", "a giant sort", "a giant group by", "recursion that doubles", "20,000 terms",
    "1,000 CASEs in one another", "500 subqueries in one another", "a list of 100,000", "a list that fits", "joins of 40",
    "a slow expression", "a distance that takes hours", "a large expression", "60 slow starts", "a literal of 900 kB",
}


class Other(threading.Thread):
    """A client that asks small questions without a pause, and writes down when it asked, how long it took, and what was wrong."""

    ASKED = {
        "select sum(volgnr) from bijlage_01": [("15",)],
        "select huidig, totaal from bijlage_01 where volgnr = 3": [("584", "733")],
        "select count(*) from information_schema.tables where table_schema = 'appendix'": [("30",)],
    }

    def __init__(self, server, role, kept):
        super().__init__(daemon=True)
        self.client, self.kept = server.client(role), kept

    def run(self):
        while True:
            for sql, expected in self.ASKED.items():
                begun = time.monotonic()
                answer = self.client.ask(sql)
                # One whose time is up waited long, which counts as that.
                fault = "" if answer.rows == expected or answer.code == "57014" else f"{sql}: {answer.told() or answer.rows}"
                self.kept.write(f"{begun} {time.monotonic() - begun} {fault!r}\n")
                self.kept.flush()
                time.sleep(0.01)


class Others(FORK.Process):
    """Other clients, in a process of their own so that the attacker's work is not theirs."""

    def __init__(self, server, folder):
        super().__init__(daemon=True)
        self.server, self.files = server, [Path(folder) / f"{role}.took" for role in ("public", "auditor")]

    def run(self):
        others = [Other(self.server, file.stem, file.open("w")) for file in self.files]
        for other in others:
            other.start()
        for other in others:
            other.join()

    def lines(self):
        for file in self.files:
            # The last line may be one that is being written.
            yield from (line.split(" ", 2) for line in file.read_text().splitlines()[:-1])

    def p95(self, *times):
        """Seconds; of the questions that were under way in one of these times."""
        took = [(float(begun), float(seconds)) for begun, seconds, _ in self.lines()]
        under_way = [any(since <= begun + seconds and begun <= until for since, until in times) for begun, seconds in took]
        return percentile([seconds for (_, seconds), is_meant in zip(took, under_way) if is_meant], 0.95)

    def faults(self):
        return [fault for _, _, fault in self.lines() if fault != "''"]


class Memory(threading.Thread):
    """Looks often at how much the server and its workers hold."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.most_server, self.most_worker, self.ends = server, 0, 0, False

    def run(self):
        while not self.ends:
            held, workers = self.server.memory()
            self.most_server = max(self.most_server, held)
            self.most_worker = max([self.most_worker, *workers])
            time.sleep(0.05)


def go_on(attack, server, seconds):
    """What an attack gets, each time that it fits into so many seconds."""
    end, got, told = time.monotonic() + seconds, set(), ""
    while not got or time.monotonic() < end:
        code, said = attack(server)
        got.add(code)
        told += said
    return got, told


def made(title, server, others, quiet, wrong):
    """Makes an attack; returns how many times longer the others waited. Longer than they may counts when it does three times."""
    attack, codes = ATTACKS[title]
    for tries in range(3 if is_every() else 1):
        time.sleep(1)
        begun = time.monotonic()
        quiet.append((begun - 1, begun))
        before = others.p95(*quiet)
        got, told = go_on(attack, server, 1)
        ended = time.monotonic()
        # What they were still waiting for is written down when it is there.
        time.sleep(0.5)
        meanwhile = others.p95((begun, ended))
        came = ", ".join(sorted(code or "ends well" for code in got))
        if not got <= codes:
            wrong.append(f"{title}: got {came}, not of {codes}: {told[:300]}")
        if INSIDES.search(told):
            wrong.append(f"{title} tells of insides: {told[:300]}")
        print(f"  {title}: {came} in {ended - begun:.1f} s; the others {meanwhile * 1000:.0f} ms, before {before * 1000:.0f} ms", flush=True)
        if meanwhile <= 2 * before + STARTS or not server.lives():
            break
    else:
        if is_every():
            wrong.append(f"{title}: the others wait {meanwhile * 1000:.0f} ms instead of {before * 1000:.0f}, three times")
    return meanwhile / before if before else 0


def is_every():
    return os.environ.get("HERKOMST_ALL_ATTACKS") == "1"


def usual():
    return [title for title in ATTACKS if is_every() or title not in LIKE_OTHERS]


def main():
    program, chosen = sys.argv[1], sys.argv[2:] or usual()
    wrong = []
    with tempfile.TemporaryDirectory(prefix="herkomst-hostile-") as name:
        with Served(program, name, *OPTIONS) as server:
            others, memory = Others(server, name), Memory(server)
            others.start()
            memory.start()
            time.sleep(2)
            risen, quiet = [], []
            for title in chosen:
                risen.append(made(title, server, others, quiet, wrong))
                if not server.lives():
                    wrong.append(f"{title} ended the server")
                    break
            memory.ends = True
            left = list(server.temporary.glob("herkomst-serve-*/*"))
            if len(left) > WORKERS + 1:
                wrong.append(f"{len(left)} folders of temporary files for {WORKERS} workers")
            others.kill()
            others.join()
        wrong.extend(f"the server left {path.name}" for path in server.temporary.iterdir())
        wrong.extend(f"another client got {fault}" for fault in others.faults()[:3])
    if memory.most_worker > (MEMORY + BESIDE) << 20:
        wrong.append(f"a worker held {memory.most_worker >> 20} MiB")
    for fault in wrong:
        print(fault)
    print(
        f"{len(chosen)} hostile queries; the others' p95 more than doubled in {sum(times > 2 for times in risen)}; "
        f"a worker held {memory.most_worker >> 20} MiB at most, the server {memory.most_server >> 20} MiB"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
