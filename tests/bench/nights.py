"""Nights of the shipped study, each a whole process of the release binary, measured many times.

usage: nights.py [--bin FOLDER] [--repeat N] [--sqlmesh PROGRAM] [--dbt PROGRAM]

Builds the release binary unless --bin names the folder of one. Works on a copy of the deliveries and a warehouse of its own in
a temporary folder. Hashes of deliveries are believed once a file was left alone for a minute, so the bench waits that long first.

    no change            nothing changed since the night before
    no change, rehashed  the same with `run --rehash`: every delivered file is read
    a row of …           one delivered line is changed every night
    all                  `run --all`: every step, for what verification costs beside it

After each kind of night it is said which steps ran and how many objects were written. Verification is timed apart: the
objects of the last run are read and hashed by this script's side, in one thread, as a night does it.

With --sqlmesh or --dbt (programs of `pip install -r tests/bench/sqlmesh.txt`, `… dbt.txt`; `make bench-peers` installs both) projects of
theirs with the same rows and as many nodes are run beside it, in turns, and the ratios are told; `peers.py` says what is alike and what is
not. Compare times within one call only, on a machine that does nothing else.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from peers import Dbt, SqlMesh
from whole_runs import ROOT, binaries

# A delivered line: what stands in it, and what is put there in the n-th night. A registration is another one every night, so that
# all that hangs on it is written anew; of the others there are two, and the objects of the one are there when it comes back.
ROWS = [
    ("a questionnaire", "questionnaires/ind.csv", b"Alkmaar\tSi1-IND\t1", lambda n: b"Alkmaar\tSi1-IND\t%d" % (1 + n % 2)),
    (
        "the appeals",
        "dmb/beroepen.csv",
        b"4628199609;AC;14-11-1997;28-04-1998;ongegrond",
        lambda n: b"4628199609;AC;14-11-1997;28-04-1998;" + [b"ongegrond", b"gegrond"][n % 2],
    ),
    (
        "a registration",
        "round_1/arnhem.csv",
        b";18/07/1991;V;Angola;",
        lambda n: b";%02d/%02d/1990;V;%s;" % (1 + n % 28, 1 + n // 28 % 12, [b"Angola", b"Togo"][n % 2]),
    ),
]

# The source of the first of these rows, whose seed is changed for the peers.
SEED = "vragenlijst_ind"


class Place:
    """A copy of the deliveries with a warehouse beside it."""

    def __init__(self, program, folder):
        self.data, self.warehouse = folder / "raw", folder / "warehouse"
        shutil.copytree(ROOT / "data/perspectief/raw", self.data)
        study = ROOT / "pipelines/perspectief"
        self.command = [program, "--study", study, "--warehouse", self.warehouse, "--data", self.data]

    def night(self, *options):
        """Milliseconds of one run."""
        start = time.perf_counter()
        done = subprocess.run([*self.command, "run", *options], cwd=ROOT, capture_output=True, text=True)
        took = 1000 * (time.perf_counter() - start)
        if done.returncode != 0:
            sys.exit(f"herkomst run {' '.join(options)} ended with {done.returncode}\n{done.stderr}")
        return took

    def last(self):
        """The manifest of the newest run."""
        return json.loads(sorted(self.warehouse.glob("runs/*/manifest.json"))[-1].read_text())

    def executed(self):
        return [node["node"] for node in self.last()["nodes"] if node["outcome"] == "executed"]

    def objects(self):
        return sum(1 for _ in self.warehouse.glob("objects/*/*"))

    def edit(self, file, old, new):
        path = self.data / file
        before = path.read_bytes()
        if before.count(old) != 1:
            sys.exit(f"{file} holds {old!r} {before.count(old)} times, not once")
        path.write_bytes(before.replace(old, new))
        return new


def said(name, times, note=""):
    print(f"{name:<24} min {min(times):7.1f} ms   median {statistics.median(times):7.1f} ms   of {len(times)}{note}", flush=True)


def steps(names):
    return f"{len(names)} steps: {', '.join(names[:8])}{' …' if len(names) > 8 else ''}" if names else "no step"


def quiet(place, name, repeat, *options):
    """Nights in which nothing changes."""
    place.night()
    before = place.objects()
    times = [place.night(*options) for _ in range(repeat)]
    said(name, times, f"   {steps(place.executed())}, {place.objects() - before} objects written")


def changed(place, name, file, line, values, repeat):
    """Nights in which one line changes."""
    before, times = place.objects(), []
    for n in range(1, repeat + 1):
        line = place.edit(file, line, values(n))
        times.append(place.night())
    written = (place.objects() - before) / repeat
    said(f"a row of {name}", times, f"   {steps(place.executed())}; {written:.0f} objects written a night")


def verification(place, repeat):
    """What it costs to read and hash every object of the last run."""
    named = {}

    def walk(value):
        if isinstance(value, dict):
            if "object" in value and "bytes" in value:
                named[value["object"]] = value["bytes"]
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                walk(one)

    walk(place.last())
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        for name in named:
            path = place.warehouse / "objects" / name[:2] / f"{name[2:]}.parquet"
            assert hashlib.sha256(path.read_bytes()).hexdigest() == name, path
        times.append(1000 * (time.perf_counter() - start))
    said("hashing all objects", times, f"   {len(named)} objects, {sum(named.values()) / 1e6:.1f} MB, one thread")


def beside(place, peers, repeat):
    """Nights of herkomst and its peers in turns, so that a busy minute is one for all, and how they compare."""
    for peer in peers:
        said(f"{peer.name}, first night", [peer.first], f"   {peer.nodes()}")
    _, file, line, values = ROWS[0]
    for kind in ["no change", "a changed row", "everything"]:
        times = {}
        for turn in range(2 * repeat if kind == "a changed row" else repeat):
            if kind == "a changed row":
                line = place.edit(file, line, values(turn + 1))
            times.setdefault("herkomst", []).append(place.night(*(["--all"] if kind == "everything" else [])))
            for peer in peers:
                calls = {"no change": peer.quiet, "a changed row": lambda: peer.changed(SEED), "everything": peer.everything}
                times.setdefault(peer.name, []).append(calls[kind]())
        for who, of in times.items():
            said(f"{who}, {kind}", of)
        for peer in peers:
            ratio = statistics.median(times["herkomst"]) / statistics.median(times[peer.name])
            print(f"    herkomst {kind} / {peer.name} {kind} = {ratio:.4f} (medians)", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--sqlmesh", help="program of a peer, if there is one")
    parser.add_argument("--dbt", help="program of another")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nights-") as folder:
        folder = pathlib.Path(folder)
        place = Place(binaries(options.bin) / "herkomst", folder)
        said("the first night", [place.night()], f"   {steps(place.executed())}")
        time.sleep(62)
        quiet(place, "no change", options.repeat)
        quiet(place, "no change, rehashed", options.repeat, "--rehash")
        peers = [
            peer(program, place, folder / peer.name)
            for peer, program in [(SqlMesh, options.sqlmesh), (Dbt, options.dbt)]
            if program
        ]
        if peers:
            beside(place, peers, max(options.repeat // 4, 2))
        else:
            print("no peer is measured: neither --sqlmesh nor --dbt names one")
        for name, *row in ROWS:
            changed(place, name, *row, options.repeat)
        verification(place, options.repeat)
        said("all", [place.night("--all") for _ in range(max(options.repeat // 4, 1))])


if __name__ == "__main__":
    main()
