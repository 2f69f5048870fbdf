"""Small studies for comparing CHAID programs, as the example `grow` of crates/chaid reads them.

Run:    python3 tests/oracle/chaid_cases.py crates/chaid/tests/peers
Writes: one CSV per entry of `CASES`; the columns are described in crates/chaid/examples/grow/study.rs.

An outcome follows a few predictors and, within one of them, another one, so that trees are two or three levels deep;
categories are rare or common, alike or different. Everything follows from the seed of the case.
"""

import collections
import math
import pathlib
import random
import sys

ROWS = 600

# name: seed, level of the outcome, classes (None for a scale), predictors (level, categories, share missing), weights;
# `frequency*14000`: so many rows, counted, so that tables are full and no program turns to permutations.
CASES = {
    "two_classes": (1, "nominal", 2, [("nominal", 7, 0.05), ("ordinal", 6, 0.08), ("nominal", 3, 0), ("ordinal", 9, 0), ("nominal", 9, 0)], ()),
    "four_classes": (2, "nominal", 4, [("nominal", 6, 0), ("ordinal", 5, 0.1), ("nominal", 4, 0.06), ("ordinal", 8, 0)], ()),
    "ordered_classes": (3, "ordinal", 4, [("nominal", 5, 0.05), ("ordinal", 6, 0.07), ("ordinal", 3, 0)], ()),
    "values": (4, "scale", None, [("nominal", 6, 0.05), ("ordinal", 7, 0.1), ("nominal", 3, 0), ("ordinal", 4, 0)], ()),
    "numbers": (5, "nominal", 3, [("scale", 40, 0.06), ("scale", 400, 0), ("scale", 5, 0), ("nominal", 4, 0)], ()),
    "crowded": (12, "nominal", 2, [("nominal", 6, 0), ("ordinal", 7, 0), ("nominal", 4, 0)], ("frequency*14000",)),
    "crowded_three": (11, "nominal", 3, [("nominal", 7, 0), ("ordinal", 8, 0)], ("frequency*9000",)),
    "frequencies": (6, "nominal", 2, [("nominal", 5, 0), ("ordinal", 6, 0.08), ("nominal", 4, 0.05)], ("frequency",)),
    "weights": (7, "nominal", 3, [("nominal", 5, 0), ("ordinal", 5, 0.08), ("ordinal", 4, 0)], ("frequency", "weight")),
    "weighted_order": (8, "ordinal", 3, [("nominal", 4, 0), ("ordinal", 5, 0.08)], ("weight",)),
    "weighted_values": (9, "scale", None, [("nominal", 5, 0), ("ordinal", 6, 0.08), ("ordinal", 4, 0)], ("frequency", "weight")),
}


def study(seed, level, classes, predictors, weights, rows=ROWS, lean=0.55):
    """Header and rows of a study."""
    rng = random.Random(seed)
    many = [int(name.split("*")[1]) for name in weights if "*" in name]
    rows, lean = (many[0], 0.2) if many else (rows, lean)
    effects = []
    for _, categories, _ in predictors:
        strength = rng.choice([0.0, lean, lean, 1.5 * lean])
        kinds = [rng.gauss(0, 1) for _ in range(rng.choice([2, 3, 4]))]
        # Sorted, neighbours resemble each other: what an ordered predictor can merge.
        effects.append(sorted(strength * rng.choice(kinds) for _ in range(min(categories, 12) + 1)))
        if predictors[len(effects) - 1][0] == "nominal":
            rng.shuffle(effects[-1])
    slant = [0.6 * rng.gauss(0, 1) for _ in range(classes or 1)]
    header = [f"y:{level}"] + [f"x{i}:{p[0]}" for i, p in enumerate(predictors)] + [name.split("*")[0] for name in weights]
    lines = []
    for _ in range(rows):
        cells, push = [], 0.0
        for i, (kind, categories, missing) in enumerate(predictors):
            if rng.random() < missing:
                cells.append("")
                push += effects[i][-1]
                continue
            code = min(int(categories * rng.random() ** 1.3), categories - 1)
            part = code * len(effects[i]) // (categories + 1)
            push += effects[i][part] * (1.0 if i != 2 or push > 0 else 0.2)
            cells.append(f"{code * 0.25}" if kind == "scale" else str(code))
        if classes is None:
            y = f"{2.0 * push + rng.gauss(0, 1):.3f}"
        else:
            odds = [math.exp(slant[c] + push * (c - (classes - 1) / 2) * (1.0 if classes < 4 else 0.6)) for c in range(classes)]
            y = str(rng.choices(range(classes), odds)[0])
        lines.append([y] + cells + [weight_of(rng, *name.split("*")) for name in weights])
    return header, counted(lines) if many else lines


def weight_of(rng, name, times=None):
    if times:
        return "1"
    return str(rng.choice([1, 1, 2, 3])) if name == "frequency" else f"{rng.uniform(0.4, 2.2):.2f}"


def counted(lines):
    """Equal rows as one, with their number."""
    counts = collections.Counter(tuple(cells[:-1]) for cells in lines)
    return [list(cells) + [str(n)] for cells, n in sorted(counts.items())]


def csv(header, lines):
    return "\n".join(",".join(cells) for cells in [header] + lines) + "\n"


def main(folder):
    for name, plan in CASES.items():
        (pathlib.Path(folder) / f"{name}.csv").write_text(csv(*study(*plan)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
