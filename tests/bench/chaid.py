"""crates/chaid beside the Python package CHAID: the same columns, the same tree, how long and how much memory.

usage: chaid.py [--rows N] [--predictors N] [--threads N] [--repeats N] [--peer-rows N] [--example FILE]

Builds the release example `timing` unless --example names it. The peer runs on --peer-rows of the same rows (all, if it
is not given), and must split alike where both had the same rows. Goals are checked on the full size: a screen in 50 ms,
a tree in 200 ms, at most 2 bytes a cell above the columns; a goal of time is met, too, if the processor time of all threads together
is within it, since a busy machine makes the clock say little. Then how time grows with rows and with columns.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import time
import warnings

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def example(given):
    if given:
        return given
    subprocess.run(["cargo", "build", "--release", "--locked", "-p", "chaid", "--example", "timing"], cwd=ROOT, check=True)
    return str((ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release/examples/timing").resolve())


def run(program, *numbers):
    """Name of each step to shortest, median, processor ms, bytes a cell; and the splits."""
    out = subprocess.run([program, *map(str, numbers)], check=True, capture_output=True, text=True).stdout
    rows = [line.split(",") for line in out.splitlines()]
    steps = {row[0]: [float("nan" if v == "-" else v) for v in row[1:]] for row in rows if row[0] in ("count", "merge", "tree")}
    return steps, [row[1:] for row in rows if row[0] == "split"]


def column(rows, seed, categories):
    """The columns of the example: splitmix64 of row and seed."""
    z = np.arange(1, rows + 1, dtype=np.uint64) + np.uint64(seed << 32)
    z *= np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) % np.uint64(categories)).astype(np.int64)


def study(rows, predictors):
    x = np.column_stack([column(rows, seed, 2 + seed % 9) for seed in range(predictors)])
    push = (x[:, :4] % 3 * 6 - 6).sum(axis=1)
    return x, (column(rows, 1000, 100) < 40 + push).astype(np.int64)


def peer(rows, predictors):
    """Seconds and splits of the Python package, from columns in memory to the tree."""
    warnings.simplefilter("ignore")
    from CHAID import Tree

    x, y = study(rows, predictors)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    kinds, names = ["nominal", "ordinal"] * (predictors // 2 + 1), [f"x{i}" for i in range(predictors)]
    tree = Tree.from_numpy(
        x, y, variable_types=kinds[:predictors], split_titles=names, max_depth=3, min_parent_node_size=99, min_child_node_size=50
    )
    tree.build_tree()
    seconds = time.perf_counter() - start
    depth, splits = {None: -1}, []
    for node in tree:
        depth[node.node_id] = depth[node.parent] + 1
        if node.split.valid():
            groups = len(node.split.splits)
            splits.append((depth[node.node_id], len(node.indices), node.split_variable, groups, node.split.score))
    above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (rows * (predictors + 1))
    return seconds, splits, above


def same(ours, theirs):
    ours = sorted((int(d), int(n), name, int(r), float(chi)) for d, n, name, r, chi in ours)
    theirs = sorted(theirs)
    return len(ours) == len(theirs) and all(
        a[:4] == b[:4] and abs(a[4] - b[4]) <= 1e-6 * max(1, b[4]) for a, b in zip(ours, theirs)
    )


def show(label, steps):
    cells = [f"{steps[name][0]:8.1f} {steps[name][1]:8.1f} {steps[name][2]:8.1f}" for name in ("count", "tree")]
    print(f"{label:>28} | {cells[0]} | {cells[1]} | {steps['tree'][3]:5.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in [("rows", 1_000_000), ("predictors", 60), ("threads", 2), ("repeats", 15), ("peer-rows", None)]:
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--example")
    given = parser.parse_args()
    rows, predictors, threads, repeats = given.rows, given.predictors, given.threads, given.repeats
    program = example(given.example)

    print("in ms: shortest, median, processor time; bytes a cell above the columns\n")
    print(f"{'':>28} | {'count for a screen':^26} | {'tree of depth 3':^26} | bytes")
    full, splits = run(program, rows, predictors, threads, repeats)
    show(f"{rows:,} x {predictors}, {threads} threads", full)
    show(f"{rows:,} x {predictors}, 1 thread", run(program, rows, predictors, 1, repeats)[0])
    for times in (0.25, 0.5, 2, 4):
        show(f"{int(rows * times):,} x {predictors}", run(program, int(rows * times), predictors, threads, repeats)[0])
    for times in (0.25, 0.5, 2):
        show(f"{rows:,} x {int(predictors * times)}", run(program, rows, int(predictors * times), threads, repeats)[0])

    peer_rows = given.peer_rows or rows
    seconds, theirs, above = peer(peer_rows, predictors)
    ours, own = (full, splits) if peer_rows == rows else run(program, peer_rows, predictors, threads, repeats)
    ratio = seconds * 1e3 / ours["tree"][1]
    print(f"\nCHAID for Python on {peer_rows:,} x {predictors}: {seconds:.1f} s, {above:.0f} bytes a cell above its input; {ratio:,.0f} times as long")
    print(f"the same {len(own)} splits: {'yes' if same(own, theirs) else 'NO'}")
    within = lambda ms, *steps: any(sum(full[step][kind] for step in steps) <= ms for kind in (0, 2))
    goals = [
        ("a screen in 50 ms", within(50, "count", "merge")), ("a tree in 200 ms", within(200, "tree")),
        ("2 bytes a cell", not full["tree"][3] > 2), ("the same splits", same(own, theirs)),
    ]
    for name, met in goals:
        print(f"{'met' if met else 'MISSED'}: {name}")
    return 0 if all(met for _, met in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
