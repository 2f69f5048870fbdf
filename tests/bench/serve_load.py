"""Loads a server while nights are published under it, and compares every answer with the night that it names.

usage: serve_load.py HERKOMST [--seconds N] [--connections N] [--every SECONDS]

Runs the shipped study twice, the second time without a record, and takes the answers to a
mix of questions from `herkomst sql` on each of both runs. Then so many clients ask them without a pause: simple and
prepared, with parameters, in parts, over other runs, as transactions of two questions; each table that is asked differs
between both nights. Meanwhile `herkomst rollback` publishes the one and the other in turns. Each answer must be one
night's to the last figure, of a night that was published while it was asked; both questions of a transaction the same
night's. Prints the percentiles and what the server and its workers hold before and after.

The figures are of this machine and this binary; one built for debugging says little about speed. Needs the standard library
only.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
from served import ROOT, Served, herkomst, percentile  # noqa: E402

# The delivery of which the second night lacks a record in the middle.
SHORTENED = "round_1/arnhem.csv"
QUESTIONS = {
    "all at once": "select (select count(*) from staging.registratie_1) as geregistreerd, (select count(*) from cleaning.round_1) as ronde, "
    "(select count(*) from features.persoon) as personen, (select sum(totaal) from appendix.bijlage_01) as geteld",
    "printed": "select volgnr, huidig, uitgestroomd, totaal from appendix.bijlage_01 order by volgnr",
    "joined": "select count(*) as n, count(distinct r.steunpunt) as steunpunten from cleaning.round_1 c join staging.registratie_1 r on c.row_id = r.row_id",
    "grouped": "select steunpunt, count(*) as n from staging.registratie_1 group by steunpunt order by steunpunt",
    "long": "select row_id from cleaning.round_1 order by row_id",
}
PARTS = "select row_id from cleaning.round_1 order by row_id"
PARAMETER = "select count(*) from staging.registratie_1 where steunpunt = $1"


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="herkomst-load-") as name:
        folder = Path(name)
        two_nights(options.herkomst, folder)
        nights = [answers(options.herkomst, folder, run) for run in (1, 2)]
        same = [title for title in QUESTIONS if nights[0][title] == nights[1][title]]
        if same:
            raise SystemExit(f"both nights answer alike: {same}")
        with Served(options.herkomst, folder, "--connections", options.connections + 8) as server:
            return load(server, nights, options)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("herkomst", type=lambda path: Path(path).resolve())
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--every", type=float, default=2, help="seconds from one publication to the next")
    return parser.parse_args()


def two_nights(program, folder):
    """Publishes the shipped study, and then a night of fewer records."""
    data, warehouse = folder / "data", folder / "warehouse"
    shutil.copytree(ROOT / "data/perspectief/raw", data)
    herkomst(program, "--warehouse", warehouse, "--data", data, "run")
    lines = (data / SHORTENED).read_bytes().splitlines(keepends=True)
    del lines[len(lines) // 2]
    (data / SHORTENED).write_bytes(b"".join(lines))
    herkomst(program, "--warehouse", warehouse, "--data", data, "run")


def answers(program, folder, run):
    """What `herkomst sql` answers of a run."""
    found = {}
    for title, sql in QUESTIONS.items():
        said = herkomst(program, "--warehouse", folder / "warehouse", "sql", "--run", run, "--format", "json", "-c", sql)
        found[title] = [tuple(str(value) for value in row.values()) for row in json.loads(said)]
    return found


class Published(threading.Thread):
    """Publishes both nights in turns; knows which ones an answer may be of."""

    def __init__(self, server, every):
        super().__init__(daemon=True)
        self.server, self.every, self.ends = server, every, threading.Event()
        # When a night began to be published, and which: until the next one is there for certain, either is right.
        self.begun, self.done = [(0.0, 1)], [(0.0, 1)]
        self.fault = None

    def run(self):
        night = 0
        while not self.ends.wait(self.every):
            self.begun.append((time.monotonic(), night))
            try:
                herkomst(self.server.program, "--warehouse", self.server.warehouse, "rollback", night + 1)
            except SystemExit as fault:
                self.fault = str(fault)
                return
            self.done.append((time.monotonic(), night))
            night = 1 - night

    def between(self, since, until):
        """Nights that were the published one at some time from `since` to `until`."""
        before = [night for at, night in self.done if at <= since]
        begun = [night for at, night in self.begun if at <= until]
        return set(begun[max(0, len(before) - 1):])


class Asker(threading.Thread):
    """A client that asks one thing after another until it is told to end."""

    def __init__(self, number, server, nights, published):
        super().__init__(daemon=True)
        self.random, self.server, self.nights, self.published = random.Random(number), server, nights, published
        self.client = server.client(("auditor", "analyst")[number % 2])
        self.took, self.wrong, self.seen, self.kinds, self.ends = [], [], Counter(), Counter(), False

    def run(self):
        ways = (self.simple, self.simple, self.prepared, self.in_parts, self.parameter, self.other_run, self.transaction, self.refused)
        while not self.ends:
            way = self.random.choice(ways)
            self.kinds[way.__name__] += 1
            try:
                way()
            except OSError as fault:
                self.wrong.append(f"{way.__name__}: {fault}")
                return

    def asked(self, ask):
        """An answer, and when it was asked and there."""
        begun = time.monotonic()
        answer = ask()
        ended = time.monotonic()
        self.took.append(ended - begun)
        return answer, begun, ended

    def night(self, title, answer, begun, ended):
        """Which night an answer is of; none of those published meanwhile: it is wrong."""
        fits = {night for night in (0, 1) if self.nights[night][title] == answer.rows}
        possible = self.published.between(begun, ended)
        if answer.code or not fits & possible:
            self.wrong.append(f"{title}: {answer.told() or answer.rows[:2]} is of night {fits}, published: {possible}")
        self.seen.update(fits)
        return fits

    def one(self, ask):
        title = self.random.choice(list(QUESTIONS))
        self.night(title, *self.asked(lambda: ask(QUESTIONS[title])))

    def simple(self):
        self.one(self.client.ask)

    def prepared(self):
        self.one(self.client.prepared)

    def in_parts(self):
        """A cursor that is read in parts stays with its night."""
        begun = time.monotonic()
        client, rows = self.client, []
        for sql in ("begin", f"declare c cursor for {PARTS}"):
            client.ask(sql)
        while True:
            answer, _, _ = self.asked(lambda: client.ask("fetch 300 from c"))
            rows.extend(answer.rows)
            if answer.code or len(answer.rows) < 300:
                break
        client.ask("commit")
        answer.rows = rows
        self.night("long", answer, begun, time.monotonic())

    def parameter(self):
        night = self.random.choice((0, 1))
        steunpunt, _ = self.random.choice(self.nights[night]["grouped"])
        answer, begun, ended = self.asked(lambda: self.client.prepared(PARAMETER, [steunpunt]))
        right = {dict(self.nights[night]["grouped"]).get(steunpunt, "0") for night in self.published.between(begun, ended)}
        if answer.code or answer.rows[0][0] not in right:
            self.wrong.append(f"parameter: {answer.told() or answer.rows}, not {right}")

    def other_run(self):
        """A run that is named is that run, whatever is published."""
        run = self.random.choice((1, 2))
        sql = QUESTIONS["grouped"].replace("staging.", f"run_{run}.staging.")
        answer, _, _ = self.asked(lambda: self.client.ask(sql))
        if answer.rows != self.nights[run - 1]["grouped"]:
            self.wrong.append(f"run {run}: {answer.told() or answer.rows[:2]}")

    def transaction(self):
        client = self.client
        client.ask("begin")
        first = self.night("all at once", *self.asked(lambda: client.ask(QUESTIONS["all at once"])))
        time.sleep(self.random.random() * 1.5 * self.published.every)
        answer, begun, _ = self.asked(lambda: client.ask(QUESTIONS["printed"]))
        client.ask("commit")
        second = {night for night in (0, 1) if self.nights[night]["printed"] == answer.rows}
        if not first & second:
            self.wrong.append(f"transaction: first of night {first}, then {answer.told() or second}")

    def refused(self):
        answer, _, _ = self.asked(lambda: self.client.ask("select * from appendix.nergens"))
        if answer.code != "42P01":
            self.wrong.append(f"refused: {answer.code}")


def load(server, nights, options):
    published = Published(server, options.every)
    askers = [Asker(number, server, nights, published) for number in range(options.connections)]
    for thread in askers:
        thread.start()
    published.start()
    time.sleep(options.seconds / 3)
    before = server.memory()
    time.sleep(options.seconds * 2 / 3)
    for thread in askers:
        thread.ends = True
    for thread in askers:
        thread.join(120)
    published.ends.set()
    published.join(60)
    after = server.memory()
    return told(askers, published, before, after, options)


def told(askers, published, before, after, options):
    took = [seconds for asker in askers for seconds in asker.took]
    wrong = [fault for asker in askers for fault in asker.wrong]
    seen = sum((asker.seen for asker in askers), Counter())
    kinds = sum((asker.kinds for asker in askers), Counter())
    wrong.extend("a client hangs" for asker in askers if asker.is_alive())
    if published.fault:
        wrong.append(published.fault)
    if not (seen[0] and seen[1]):
        wrong.append(f"only one night was seen: {dict(seen)}")
    # What a program holds after a third of the time, it may hold; what grows from then on with each query, leaks.
    grown = after[0] - before[0]
    if grown > max(16 << 20, before[0] // 4):
        wrong.append(f"the server grew by {grown >> 20} MiB")
    largest = [max(workers, default=0) for _, workers in (before, after)]
    if largest[1] > max(largest[0] + (64 << 20), largest[0] * 5 // 4):
        wrong.append(f"the largest worker held {largest[0] >> 20} MiB, and then {largest[1] >> 20} MiB")
    for fault in wrong[:20]:
        print(fault)
    p50, p95, p99 = (percentile(took, share) * 1000 for share in (0.5, 0.95, 0.99))
    print(
        f"{options.connections} connections, {options.seconds:.0f} s, {len(published.done) - 1} publications: {len(took)} answers, "
        f"{len(wrong)} wrong; p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    )
    print(f"asked: {', '.join(f'{kind} {count}' for kind, count in sorted(kinds.items()))}; nights seen: {seen[0]} and {seen[1]}")
    print(f"memory before: {shown(before)}; after: {shown(after)}")
    return 1 if wrong else 0


def shown(memory):
    server, workers = memory
    return f"server {server >> 20} MiB, {len(workers)} workers {sum(workers) >> 20} MiB, the largest {max(workers, default=0) >> 20} MiB"


if __name__ == "__main__":
    sys.exit(main())
