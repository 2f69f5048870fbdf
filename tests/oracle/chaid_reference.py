"""CHAID and Exhaustive CHAID for one predictor, written for being read, not for speed: the oracle of crates/chaid.

Run:    python3 -m venv VENV && VENV/bin/pip install mpmath numpy
        VENV/bin/python tests/oracle/chaid_reference.py > crates/chaid/tests/reference.csv
        VENV/bin/python tests/oracle/chaid_reference.py weighted > crates/chaid/tests/weighted.csv
Writes: one random table per line with what merging must give; see `HEADER`. Rows of a table are separated by `|`,
        cells by blanks; a group is its categories, `m` the missing one.

Nothing is cached and nothing shared with the crate: every pair is tested anew from the raw table, tails come from
mpmath, multipliers from integers (the alternating Stirling sum), the row effects model from Newton's method on the
Poisson likelihood instead of proportional fitting, F from the raw values. A table is left out where two choices
are so close that their order is a matter of rounding, or where a p is at the border of its alpha.
"""

import itertools
import math
import random
import sys

import numpy as np
from mpmath import betainc, gammainc, log, mp, mpf

mp.dps = 40
HEADER = (
    "outcome,level,method,statistic,alpha_merge,resplit,min_child,table,missing,"
    "categories,groups,value,df,df_within,ln_p,multiplier,ln_p_adjusted"
)


class Close(Exception):
    """Two choices that differ by rounding only."""


def ln_chi2(x, df):
    return float(log(gammainc(mpf(df) / 2, mpf(x) / 2, mp.inf, regularized=True))) if df else 0.0


def ln_f(x, d1, d2):
    return float(log(betainc(mpf(d2) / 2, mpf(d1) / 2, 0, mpf(d2) / (d2 + d1 * mpf(x)), regularized=True)))


def without_empty(rows):
    rows = np.array([row for row in rows if sum(row) > 0], dtype=float)
    return rows[:, rows.sum(axis=0) > 0], np.flatnonzero(rows.sum(axis=0) > 0)


def pearson(rows):
    n, _ = without_empty(rows)
    m = np.outer(n.sum(axis=1), n.sum(axis=0)) / n.sum()
    df = (n.shape[0] - 1) * (n.shape[1] - 1)
    x = ((n - m) ** 2 / m).sum() if df else 0.0
    return x, df, None, ln_chi2(x, df)


def likelihood_ratio(rows):
    n, _ = without_empty(rows)
    m = np.outer(n.sum(axis=1), n.sum(axis=0)) / n.sum()
    df = (n.shape[0] - 1) * (n.shape[1] - 1)
    x = 2 * sum(a * math.log(a / b) for a, b in zip(n.flat, m.flat) if a > 0) if df else 0.0
    return max(x, 0.0), df, None, ln_chi2(max(x, 0.0), df)


def poisson_deviance(design, n, offset=0.0):
    """Deviance of a log-linear model by Newton's method with step halving, and its fit."""
    beta = np.zeros(design.shape[1])
    beta[0] = math.log(n.mean())
    loglik = lambda b: float(n @ (design @ b) - np.exp(design @ b + offset).sum())
    for _ in range(500):
        m = np.exp(design @ beta + offset)
        step = np.linalg.lstsq(design.T @ (design * m[:, None]), design.T @ (n - m), rcond=None)[0]
        while loglik(beta + step) < loglik(beta) - 1e-12 * abs(loglik(beta)):
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    m = np.exp(design @ beta + offset)
    return 2 * (sum(a * math.log(a / b) for a, b in zip(n, m) if a > 0) - (n - m).sum()), m


def row_effects(rows):
    n, classes = without_empty(rows)
    r, c = n.shape
    if r < 2 or c < 2:
        return 0.0, 0, None, 0.0
    cell = [(i, j) for i in range(r) for j in range(c)]
    base = np.array([[1.0] + [i == k for k in range(1, r)] + [j == k for k in range(1, c)] for i, j in cell])
    slopes = np.array([[(i == k) * float(classes[j]) for k in range(1, r)] for i, j in cell])
    flat = n.flatten()
    h2 = max(0.0, poisson_deviance(base, flat)[0] - poisson_deviance(np.hstack([base, slopes]), flat)[0])
    return h2, r - 1, None, ln_chi2(h2, r - 1)


def anova(rows):
    rows = [np.array(row, dtype=float) for row in rows if len(row)]
    everyone = np.concatenate(rows)
    between = sum(len(row) * (row.mean() - everyone.mean()) ** 2 for row in rows)
    within = sum(((row - row.mean()) ** 2).sum() for row in rows)
    d1, d2 = len(rows) - 1, len(everyone) - len(rows)
    f = (between / d1) / (within / d2)
    return f, d1, d2, ln_f(f, d1, d2)


TESTS = {"pearson": pearson, "lr": likelihood_ratio, "row_effects": row_effects, "f": anova}


def union(table, group):
    rows = [table[category] for category in group]
    if isinstance(rows[0], tuple):
        return tuple(v for row in rows for v in row)
    return [sum(cells) for cells in zip(*rows)]


def ln_p(table, groups, test):
    return test([union(table, group) for group in groups])[3]


def apart(values):
    """Refuses to choose where the two best are equal up to rounding."""
    best = sorted(values)
    if len(best) > 1 and abs(best[0] - best[1]) < 1e-6 * max(1.0, abs(best[0])):
        raise Close


def away(value, alpha):
    if alpha < 1 and abs(value - math.log(alpha)) < 1e-6:
        raise Close


def allowed(groups, level):
    """Pairs of positions; groups are kept sorted, the missing category is `m` and sorts last when alone."""
    pairs = list(itertools.combinations(range(len(groups)), 2))
    if level == "nominal":
        return pairs
    alone = [g == ["m"] for g in groups]
    return [(a, b) for a, b in pairs if alone[b] or b == a + 1]


def key(category):
    return (1, 0) if category == "m" else (0, category)


def merged(groups, a, b):
    rest = [g for i, g in enumerate(groups) if i not in (a, b)]
    return sorted(rest + [sorted(groups[a] + groups[b], key=key)], key=lambda g: key(g[0]))


def most_similar(table, groups, level, test, wanted=lambda a, b: True):
    pairs = [(a, b) for a, b in allowed(groups, level) if wanted(a, b)]
    p = [ln_p(table, [groups[a], groups[b]], test) for a, b in pairs]
    apart([-x for x in p])
    best = max(range(len(p)), key=p.__getitem__)
    return pairs[best], p[best]


def two_parts(group, level):
    if level == "nominal":
        others = group[1:]
        for size in range(len(others)):
            for stay in itertools.combinations(others, size):
                yield [group[0], *stay], [c for c in others if c not in stay]
    else:
        for cut in range(1, len(group)):
            yield group[:cut], group[cut:]


def chaid(table, groups, level, test, alpha, resplit):
    seen = []
    while len(groups) > 2:
        (a, b), p = most_similar(table, groups, level, test)
        away(p, alpha)
        if p <= math.log(alpha):
            break
        union_ = sorted(groups[a] + groups[b], key=key)
        groups = merged(groups, a, b)
        seen.append(groups)
        if resplit and len(union_) >= 3:
            ways = list(two_parts(union_, level))
            p = [ln_p(table, way, test) for way in ways]
            apart(p)
            best = min(range(len(p)), key=p.__getitem__)
            away(p[best], resplit)
            if p[best] <= math.log(resplit):
                new = sorted([g for g in groups if g != union_] + [list(w) for w in ways[best]], key=lambda g: key(g[0]))
                if new not in seen:
                    seen.append(new)
                    groups = new
    return groups


def exhaustive(table, groups, level, test):
    steps = [groups]
    while len(groups) > 2:
        (a, b), _ = most_similar(table, groups, level, test)
        groups = merged(groups, a, b)
        steps.append(groups)
    p = [ln_p(table, step, test) for step in steps]
    apart(p)
    return steps[min(range(len(p)), key=p.__getitem__)]


def place_missing(table, groups, test):
    if len(groups) < 2:
        return groups + [["m"]]
    p = [ln_p(table, [group, ["m"]], test) for group in groups]
    apart([-x for x in p])
    near = max(range(len(p)), key=p.__getitem__)
    joined = [g + ["m"] if i == near else g for i, g in enumerate(groups)]
    alone = groups + [["m"]]
    both = [ln_p(table, joined, test), ln_p(table, alone, test)]
    apart(both)
    return joined if both[0] < both[1] else alone


def merge_small(table, groups, level, test, least):
    size = lambda g: len(union(table, g)) if test is anova else sum(union(table, g))
    while len(groups) > 1 and min(map(size, groups)) < least:
        if sorted(map(size, groups))[:2].count(min(map(size, groups))) == 2:
            raise Close
        small = min(range(len(groups)), key=lambda i: size(groups[i]))
        (a, b), _ = most_similar(table, groups, level, test, lambda a, b: small in (a, b))
        groups = merged(groups, a, b)
    return groups


def multiplier(level, floating, method, i, r):
    if method == "exhaustive":
        return i * (i * i - 1) // 6 if level == "nominal" else i * (i - 1) // 2
    if level == "nominal":
        total = sum((-1) ** v * math.comb(r, v) * (r - v) ** i for v in range(r))
        return total // math.factorial(r)
    if floating:
        return math.comb(i - 2, r - 2) + r * math.comb(i - 2, r - 1)
    return math.comb(i - 1, r - 1)


def analyse(table, missing, level, method, test, alpha, resplit, least):
    table = dict(enumerate(table))
    size = len if test is anova else sum
    groups = [[c] for c in table if size(table[c]) > 0]
    present = len(groups)
    floating = level == "ordinal" and missing is not None
    if missing is not None:
        table["m"] = missing
        present += 1
        if not floating:
            groups.append(["m"])
    if method == "chaid":
        groups = chaid(table, groups, level, test, alpha, resplit)
    else:
        groups = exhaustive(table, groups, level, test)
    if floating:
        groups = place_missing(table, groups, test)
    groups = merge_small(table, groups, level, test, least)
    if len(groups) < 2:
        return present, groups, 0.0, 0, None, 0.0, 1, 0.0
    value, df, within, ln = test([union(table, g) for g in groups])
    b = max(1, multiplier(level, floating, method, present, len(groups)))
    return present, groups, value, df, within, ln, b, min(0.0, ln + math.log(b))


def random_counts(rng, categories, classes, cases):
    shape = [rng.gammavariate(2, 1) for _ in range(classes)]
    table = []
    for _ in range(categories):
        lean = [s * math.exp(rng.choice([0.0, 0.5]) * rng.gauss(0, 1)) for s in shape]
        n = 0 if rng.random() < 0.04 else rng.randint(5, cases)
        drawn = rng.choices(range(classes), weights=lean, k=n)
        table.append([drawn.count(j) for j in range(classes)])
    return table


def random_values(rng, categories, cases):
    levels = [rng.choice([0, 0.3, 1.5]) for _ in range(categories)]
    return [tuple(round(rng.gauss(m, 1), 3) for _ in range(rng.randint(3, cases))) for m in levels]


def write(table):
    return "|".join(" ".join(str(v) for v in row) for row in table)


def weighted():
    """Case weights: independence and the row effects model with the offset -ln(mean weight of the cell)."""
    rng = random.Random(1979)
    print("n,weight,pearson,lr,row_effects")
    for _ in range(40):
        r, c = rng.randint(2, 5), rng.randint(2, 4)
        n = np.array(random_counts(rng, r, c, 120), dtype=float) + rng.choice([0, 1])
        if (n.sum(axis=0) == 0).any() or (n.sum(axis=1) == 0).any():
            continue
        w = np.array([[round(a * rng.uniform(0.4, 2.5), 3) for a in row] for row in n])
        mean = np.where(n > 0, w / np.maximum(n, 1), w.sum() / n.sum()).flatten()
        base = np.array([[1.0] + [i == k for k in range(1, r)] + [j == k for k in range(1, c)] for i in range(r) for j in range(c)])
        slopes = np.array([[(i == k) * float(j) for k in range(1, r)] for i in range(r) for j in range(c)])
        flat = n.flatten()
        g, m = poisson_deviance(base, flat, -np.log(mean))
        h = g - poisson_deviance(np.hstack([base, slopes]), flat, -np.log(mean))[0]
        x = ((flat - m) ** 2 / m).sum()
        print(f"{write(n.astype(int))},{write(w.tolist())},{float(x)!r},{float(g)!r},{max(0.0, float(h))!r}")


def main():
    if sys.argv[1:] == ["weighted"]:
        return weighted()
    rng = random.Random(1980)
    print(HEADER)
    # The last one holds tables whose groups are others than without re-splitting, which is rare by chance.
    plans = [("nominal", s) for s in ("pearson", "lr")] + [("ordinal", "row_effects"), ("scale", "f"), ("resplit", "pearson")]
    written = {plan: 0 for plan in plans}
    wanted = {plans[0]: 220, plans[1]: 80, plans[2]: 40, plans[3]: 40, plans[4]: 60}
    while any(written[p] < wanted[p] for p in plans):
        outcome, statistic = plan = rng.choice([p for p in plans if written[p] < wanted[p]])
        level, method = rng.choice(["nominal", "ordinal"]), rng.choice(["chaid", "chaid", "exhaustive"])
        alpha, least = rng.choice([0.05, 0.05, 0.2, 0.001, 1.0]), rng.choice([0, 0, 0, 30, 80])
        resplit = rng.choice([0.05, 0.2]) if method == "chaid" and rng.random() < 0.35 else None
        categories, classes = rng.randint(2, 9), rng.choice([2, 2, 2, 3, 5])
        if outcome == "ordinal":
            categories, classes = rng.randint(2, 6), rng.randint(3, 5)
        if outcome == "resplit":
            outcome, method, least = "nominal", "chaid", 0
            alpha, resplit = rng.choice([0.01, 0.001]), rng.choice([0.05, 0.2, 0.01])
            categories = rng.randint(4, 9)
        make = (lambda k: random_values(rng, k, 40)) if outcome == "scale" else (lambda k: random_counts(rng, k, classes, 90))
        table = make(categories)
        missing = make(1)[0] if rng.random() < 0.4 else None
        if missing is not None and not (len(missing) if outcome == "scale" else sum(missing)):
            missing = None
        rows = [r for r in table if (len(r) if outcome == "scale" else sum(r))]
        if len(rows) + (missing is not None) < 2 or (outcome != "scale" and without_empty(rows + ([missing] if missing else []))[0].shape[1] < 2):
            continue
        try:
            found = analyse(table, missing, level, method, TESTS[statistic], alpha, resplit, least)
            plain = analyse(table, missing, level, method, TESTS[statistic], alpha, None, least) if plan[0] == "resplit" else None
        except Close:
            continue
        if plain is not None and plain[1] == found[1]:
            continue
        present, groups, value, df, within, ln, b, adjusted = found
        shown = "|".join(" ".join(map(str, g)) for g in groups)
        print(
            f"{outcome},{level},{method},{statistic},{alpha},{resplit or ''},{least},{write(table)},"
            f"{'' if missing is None else ' '.join(map(str, missing))},{present},{shown},{value!r},{df},{within or ''},"
            f"{ln!r},{b},{adjusted!r}".replace("np.float64(", "").replace(")", "")
        )
        written[plan] += 1


if __name__ == "__main__":
    sys.exit(main())
