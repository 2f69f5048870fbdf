"""The screens of Bijlagen 14 to 20 by a slow CHAID of its own; `recompute.py` calls it.

From the stored persons (features.persoon_kenmerken) and the levels of measurement (features.kenmerkenlijst) alone. Every
choice of merging is made in whole numbers: two groups against an outcome of two classes have the same df, so the
most similar pair is that of the smallest chi-square, an exact fraction; equal ones go by their lowest categories. Tails
come from mpmath, multipliers from sums of whole numbers.
"""

import math
from fractions import Fraction

import pandas as pd
from mpmath import gammainc, mp, mpf

mp.dps = 30
INTERVALS, ALPHA = 10, 0.05
# Outcomes as they are named in features.samenhang: who has it, and of whom.
OUTCOMES = {
    "verblijfsvergunning": ("verblijfsvergunning", None),
    "terugkeer": ("terugkeer", None),
    "mob": ("mob", None),
    "in_begeleiding": ("in_begeleiding", None),
    "verblijf_uitgestroomd": ("verblijfsvergunning", "uitgestroomd"),
    "terugkeer_uitgestroomd": ("terugkeer", "uitgestroomd"),
    "mob_uitgestroomd": ("mob", "uitgestroomd"),
}
APPENDICES = dict(zip(OUTCOMES, range(14, 21)))


def tail(chi, df):
    return gammainc(mpf(df) / 2, mpf(chi.numerator) / chi.denominator / 2, mp.inf, regularized=True)


def chi_square(groups):
    """Pearson's chi-square of groups (with, without), an exact fraction."""
    n, with_, cases = len(groups), sum(a for a, _ in groups), sum(a + b for a, b in groups)
    if n < 2 or with_ in (0, cases):
        return Fraction(0)
    squares = sum(Fraction(a * a, a + b) for a, b in groups)
    return (squares - Fraction(with_ * with_, cases)) * Fraction(cases * cases, with_ * (cases - with_))


def merged(categories, level):
    """Positions of the categories in each group, in the order of their lowest ones."""
    groups = [([place], counts) for place, counts in enumerate(categories)]
    while len(groups) > 2:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a + 1, len(groups))]
        if level != "nominal":
            pairs = [(a, b) for a, b in pairs if b == a + 1]
        chi, a, b = min((chi_square([groups[a][1], groups[b][1]]), a, b) for a, b in pairs)
        if tail(chi, 1) <= ALPHA:
            break
        (places, counts), (others, more) = groups[a], groups[b]
        groups[a] = (sorted(places + others), (counts[0] + more[0], counts[1] + more[1]))
        del groups[b]
    return groups


def multiplier(level, categories, groups):
    if level != "nominal":
        return math.comb(categories - 1, groups - 1)
    ways = sum((-1) ** v * math.comb(groups, v) * (groups - v) ** categories for v in range(groups))
    return ways // math.factorial(groups)


def cut(values):
    """Each value with its interval: the mean rank times the number of intervals over one more than the cases."""
    counts = values.value_counts().sort_index()
    below = counts.cumsum() - counts
    ranks = {value: Fraction(2 * int(below[value]) + int(n) + 1, 2) for value, n in counts.items()}
    return {value: math.floor(rank * INTERVALS / (len(values) + 1)) for value, rank in ranks.items()}


def named(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def screen(values, has, level):
    """One characteristic against one outcome."""
    known = values.notna()
    values, has = values[known], has[known]
    intervals = cut(values) if level == "scale" else None
    keys = values.map(intervals) if intervals else values
    order = sorted(keys.unique())
    categories = [(int(has[keys == key].sum()), int((~has[keys == key]).sum())) for key in order]
    groups = merged(categories, level)
    labels = []
    for key in order:
        inside = sorted(values[keys == key].unique())
        ends = [named(inside[0]), named(inside[-1])]
        labels.append(ends[0] if ends[0] == ends[1] else " – ".join(ends))
    chi, df = chi_square([counts for _, counts in groups]), len(groups) - 1
    p, ways = tail(chi, df), multiplier(level, len(order), len(groups))
    return {
        "n": len(values),
        "ontbrekend": int((~known).sum()),
        "categorieen": len(order),
        "groepen": len(groups),
        "indeling": " | ".join(" + ".join(labels[place] for place in places) for places, _ in groups),
        "chi": float(chi),
        "df": df,
        "p_ongecorrigeerd": float(p),
        "factor": float(ways),
        "p": float(min(mpf(1), p * ways)),
        "samenhang": bool(p * ways <= ALPHA),
    }


def adjusted(p):
    """Holm's and Benjamini and Hochberg's p-values."""
    order, tests = sorted(range(len(p)), key=p.__getitem__), len(p)
    holm, benjamini = [0.0] * tests, [0.0] * tests
    for rank, place in enumerate(order):
        holm[place] = min(1.0, max((tests - i) * p[order[i]] for i in range(rank + 1)))
        benjamini[place] = min(tests / (i + 1) * p[order[i]] for i in range(rank, tests))
    return holm, benjamini


def screens(run, compare):
    """Bijlagen 14 to 20: every test, and what of it is printed."""
    # Types that know what is missing: whole numbers stay whole.
    persons = pd.read_parquet(run.paths["features.persoon_kenmerken"], dtype_backend="numpy_nullable")
    list_ = run.frame("features.kenmerkenlijst")
    produced = run.frame("features.samenhang").set_index(["uitkomst", "naam"])
    compare.equal("samenhang", "number of rows", len(list_) * len(OUTCOMES), len(produced))
    for outcome, (word, population) in OUTCOMES.items():
        of = persons if population is None else persons[persons.populatie == population]
        has = of.uitkomst == word
        found = [screen(of[k.naam], has, k.meetniveau) for k in list_.itertuples()]
        holm, benjamini = adjusted([row["p"] for row in found])
        appendix = run.frame(f"appendix.bijlage_{APPENDICES[outcome]}")
        compare.equal("samenhang", f"{outcome}, kenmerken", list(list_.label_nl), list(appendix.kenmerk))
        printed = appendix.set_index("kenmerk")
        for k, row, of_holm, of_benjamini in zip(list_.itertuples(), found, holm, benjamini):
            row |= {"p_holm": of_holm, "p_benjamini_hochberg": of_benjamini, "meetniveau": k.meetniveau}
            for column, value in row.items():
                compare.equal("samenhang", f"{outcome}, {k.naam}, {column}", value, produced.loc[(outcome, k.naam), column])
            compare.equal(appendix_name(outcome), f"{k.naam}, samenhang", row["samenhang"], printed.loc[k.label_nl, "samenhang"])
            for column in {"p", "chi", "df"} & set(printed.columns):
                value = row[column] if row["samenhang"] else None
                compare.equal(appendix_name(outcome), f"{k.naam}, {column}", value, printed.loc[k.label_nl, column])


def appendix_name(outcome):
    return f"bijlage_{APPENDICES[outcome]}"
