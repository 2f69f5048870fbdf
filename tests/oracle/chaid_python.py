"""The Python package CHAID against crates/chaid, live, on random studies.

Run:    VENV/bin/python tests/oracle/chaid_python.py TARGET/debug/examples/grow [STUDIES]
Exit:   1 where the two differ and none of `DIFFERENCES` says why.

The package has no Bonferroni multiplier (and no other adjustment of p), tests a continuous outcome by its spread instead of its mean, and has no rule
for ordered outcomes, so nominal outcomes are compared, without adjustment. Each predictor by itself, then whole trees.
Every difference is one of those named below, and each is checked to be what it is called.
"""

import collections
import importlib.metadata
import math
import random
import subprocess
import sys
import warnings

import numpy as np

with warnings.catch_warnings():
    # That it cannot draw without another package.
    warnings.simplefilter("ignore")
    from CHAID import Tree

from chaid_cases import csv, study

DIFFERENCES = {
    "one group": "it merges until all pairs differ, down to one group; the crate tests two groups as they are",
    "exhaustive": "its exhaustive method always ends with two groups; the crate keeps the step with the smallest p",
    "gap": "categories of an ordinal predictor that are no consecutive integers are never merged by it",
    "pure pair": "it takes a pair with one class between them for significant if all pairs looked at before were",
    "tie": "of pairs with equal p it takes the larger chi-square and then the first; the crate the lowest categories",
    "no test of the whole": "it splits when all pairs differ, whatever p of all groups is",
}


class Crate:
    """The example `grow`, asked many times."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def grow(self, text, settings):
        self.process.stdin.write(f"> {settings}\n{text}.\n")
        self.process.stdin.flush()
        names = "node parent n stop predictor split groups value df df_within ln_p multiplier ln_p_adjusted status tie tied".split()
        lines = iter(self.process.stdout.readline, "")
        nodes = collections.defaultdict(list)
        for line in lines:
            if line == ".\n":
                return nodes
            row = dict(zip(names, line.rstrip("\n").split(",")))
            nodes[int(row["node"])].append(row)
        sys.exit("the example ended before its answer did")


def python_tree(header, lines, settings, only=None):
    names = [cell.split(":") for cell in header[1:]]
    data = np.array([[float(cell) if cell else math.nan for cell in row] for row in lines])
    picked = [i for i, (name, _) in enumerate(names) if only in (None, name)]
    tree = Tree.from_numpy(
        data[:, [i + 1 for i in picked]], data[:, 0], split_titles=[names[i][0] for i in picked],
        variable_types=[names[i][1] for i in picked], min_child_node_size=0, **settings,
    )
    tree.build_tree()
    return tree, data, names


def groups_of(choices, column):
    """`0 1|2 m`, only what is there."""
    present = set(column[~np.isnan(column)].astype(int))
    shown = []
    for group in choices:
        codes = sorted(int(c) for c in group if c != "<missing>" and int(c) in present)
        missing = ["m"] if "<missing>" in group and np.isnan(column).any() else []
        shown.append([*map(str, codes), *missing])
    key = lambda group: math.inf if group[0] == "m" else int(group[0])
    return "|".join(" ".join(group) for group in sorted(shown, key=key))


def closed_up(data, names, rows):
    """The rows of a node, the categories of its ordinal predictors numbered without gaps; None without a gap."""
    own, gaps = data[rows].copy(), False
    for column in (i for i, (_, level) in enumerate(names, 1) if level == "ordinal"):
        codes, own[:, column] = np.unique(own[:, column], return_inverse=True)
        gaps = gaps or codes.max() - codes.min() + 1 > len(codes)
    return own if gaps else None


def pure_pair(data, names, rows):
    """Whether two categories of a predictor have one class between them."""
    for column in range(1, len(names) + 1):
        codes = np.nan_to_num(data[rows, column], nan=-1)
        classes = [frozenset(data[rows, 0][codes == code]) for code in np.unique(codes)]
        alone = [c for c in classes if len(c) == 1]
        if any(alone.count(c) > 1 for c in alone):
            return True
    return False


def same_split(node, row, data, names):
    """Whether both split alike; the numbers must then be equal, or it is no difference that a name explains."""
    column = [name for name, _ in names].index(row["predictor"]) + 1
    if node.split_variable != row["predictor"] or groups_of(node.split.split_map, data[node.indices, column]) != row["groups"]:
        return False
    chi, p, df = node.split.score, node.split.p, node.split.dof
    close = abs(chi - float(row["value"])) <= 1e-9 * max(1, chi) and df == int(row["df"])
    if not close or (p > 1e-300 and abs(math.log(p) - float(row["ln_p"])) > 1e-8 * max(1, abs(math.log(p)))):
        sys.exit(f"{row} where the package has chi {chi!r}, df {df}, p {p!r}")
    return True


def without_gaps(own, names, rows, settings):
    """Whether the package splits the rows of a node as the crate does, once no category is missing in between."""
    settings = settings | {"max_depth": 1, "min_parent_node_size": 0}
    kinds, titles = [level for _, level in names], [name for name, _ in names]
    root = next(iter(Tree.from_numpy(own[:, 1:], own[:, 0], split_titles=titles, variable_types=kinds, **settings)))
    best = min(rows, key=lambda row: float(row["ln_p"]))
    return not root.split.valid() or abs(root.split.score - float(best["value"])) <= 1e-9 * max(1, root.split.score)


def explain(node, rows, data, names, settings, only):
    """Which difference it is where the two do not split a node alike; None if none of them."""
    best = min(rows, key=lambda row: float(row["ln_p"]))
    p, split, groups = math.exp(float(best["ln_p"])), node.split.valid(), best["groups"].count("|") + 1
    if not split and p >= settings["alpha_merge"] and groups == 2:
        return "one group"
    here = [(name, level) for name, level in names if only in (None, name)]
    columns = [0] + [i for i, (name, _) in enumerate(names, 1) if only in (None, name)]
    own = closed_up(data[:, columns], here, node.indices)
    if own is not None and without_gaps(own, here, rows, settings | {"min_child_node_size": 0}):
        return "gap"
    if settings["is_exhaustive"] and any("|" in row["groups"].replace("|", "", 1) for row in rows):
        # Two groups are one of the steps that were compared, so their p cannot be smaller.
        two = split and len(node.split.splits) == 2 and math.log(max(node.split.p, 1e-320)) >= float(best["ln_p"]) - 1e-9
        return "exhaustive" if two or not split else None
    if any(row["tie"] == "1" for row in rows) or rows[0]["tied"] != "0":
        return "tie"
    if pure_pair(data, names, node.indices):
        return "pure pair"
    if split and p >= settings["alpha_merge"]:
        return "no test of the whole"
    return None


def ask(crate, header, lines, settings, only):
    """The same analysis by the crate; a missing category is one among the others."""
    alpha, method = settings["alpha_merge"], "exhaustive" if settings["is_exhaustive"] else "chaid"
    asked = (
        f"adjustment=none missing=category min_child=0 min_parent={settings['min_parent_node_size'] + 1} method={method} "
        f"max_depth={settings['max_depth']} alpha_merge={alpha} alpha_split={1 if only else alpha}"
    )
    return crate.grow(csv(header, lines), f"{asked} only={only}" if only else asked)


def compare(crate, header, lines, settings, only, counts, what):
    """Walks both trees from the root, as long as they are the same."""
    tree, data, names = python_tree(header, lines, settings, only)
    nodes = ask(crate, header, lines, settings, only)
    kids, their_kids = collections.defaultdict(list), collections.defaultdict(list)
    for number, rows in nodes.items():
        kids[rows[0]["parent"]].append(number)
    for node in tree:
        their_kids[node.parent].append(node)
    first = lambda kid: min(math.inf if code == "<missing>" else code for code in kid.choices)
    walk = [(0, 0)]
    while walk:
        ours, theirs = walk.pop()
        node, rows = tree.get_node(theirs), nodes[ours]
        counts["nodes"] += 1
        if len(node.indices) != int(rows[0]["n"]):
            sys.exit(f"{what}, node {ours}: {rows[0]['n']} cases where the package has {len(node.indices)}")
        examined = [row for row in rows if row["predictor"] and int(row["df"]) > 0]
        chosen = next((row for row in rows if row["split"] == "1"), None)
        if chosen is None and not node.split.valid():
            continue
        if chosen and node.split.valid() and same_split(node, chosen, data, names):
            counts["splits"] += 1
            walk += zip(kids[str(ours)], [kid.node_id for kid in sorted(their_kids[theirs], key=first)])
            continue
        why = explain(node, examined, data, names, settings, only) if examined else None
        if why is None:
            sys.exit(f"{what}, node {ours}: {rows}\n  where the package has {node.split} ({node.split.invalid_reason})")
        counts[why] += 1


def shaped(seed, lines, kinds):
    """Some studies with a gap in an ordinal predictor, or with categories of one class."""
    for i, (level, categories, _) in enumerate(kinds, 1):
        for cells in lines:
            if seed % 4 == 1 and level == "ordinal" and categories > 4 and cells[i] == "2":
                cells[i] = "3"
            if seed % 4 == 2 and i == 1 and cells[i] in ("4", "5"):
                cells[0] = "0"
    return lines


def main(program, studies=120):
    warnings.simplefilter("ignore")
    crate, counts = Crate(program), collections.Counter()
    for seed in range(studies):
        rng = random.Random(seed)
        kinds = [("nominal", rng.randint(2, 8), rng.choice([0, 0.05])) for _ in range(2)]
        kinds += [("ordinal", rng.randint(2, 8), 0) for _ in range(2)]
        header, lines = study(seed, "nominal", rng.choice([2, 2, 3, 4]), kinds, (), rows=rng.choice([150, 400, 900]))
        lines = shaped(seed, lines, kinds)
        for alpha, exhaustive in [(0.05, False), (rng.choice([0.3, 0.001]), False), (0.05, True)]:
            settings = {"alpha_merge": alpha, "is_exhaustive": exhaustive, "min_parent_node_size": 40}
            for only, depth in [(f"x{i}", 1) for i in range(len(kinds))] + [(None, 3)]:
                compare(crate, header, lines, settings | {"max_depth": depth}, only, counts, f"study {seed}, {settings}, {only or 'all'}")
    version = importlib.metadata.version("CHAID")
    nodes, splits = counts.pop("nodes"), counts.pop("splits")
    if splits < 8 * studies:
        sys.exit(f"only {splits} splits are equal: too few to say anything")
    print(f"CHAID {version} for Python: {nodes} nodes of {studies} studies, {splits} splits with equal groups, chi-square, df and p")
    for name, count in sorted(counts.items()):
        print(f"  {count} differ: {name}: {DIFFERENCES[name]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
