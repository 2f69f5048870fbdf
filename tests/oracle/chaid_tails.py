"""Tails of the chi-square and F distributions for the tests of crates/chaid, to 50 digits.

Run:    python3 -m venv VENV && VENV/bin/pip install mpmath scipy
        VENV/bin/python tests/oracle/chaid_tails.py > crates/chaid/tests/tails.csv
Writes: law, statistic, df1, df2 (0 for chi2), ln_p.
Source: mpmath's incomplete gamma and beta functions at 60 digits; where p is not extreme, scipy's sf must
        agree, or the script stops.
"""

import math
import sys

from mpmath import betainc, gammainc, log, log1p, mp, mpf
from scipy import stats

mp.dps = 60


def chi2(x, df):
    a, y = mpf(df) / 2, mpf(x) / 2
    if y < a:
        return log1p(-gammainc(a, 0, y, regularized=True))
    return log(gammainc(a, y, mp.inf, regularized=True))


def f(x, d1, d2):
    cut = mpf(d2) / (mpf(d2) + mpf(d1) * mpf(x))
    if x < 1:
        return log1p(-betainc(mpf(d1) / 2, mpf(d2) / 2, 0, 1 - cut, regularized=True))
    return log(betainc(mpf(d2) / 2, mpf(d1) / 2, 0, cut, regularized=True))


def row(law, x, d1, d2, ln_p, check):
    if -600 < ln_p < -1e-3:
        assert abs(check - float(ln_p)) < 1e-8 * max(1, abs(float(ln_p))), (law, x, d1, d2, check, ln_p)
    print(f"{law},{x!r},{d1},{d2},{mp.nstr(ln_p, 20)}")


def main():
    print("law,statistic,df1,df2,ln_p")
    for df in [1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 19, 20, 21, 35, 50, 99, 200, 999, 5000]:
        for x in [1e-12, 1e-6, 0.001, 0.05, 0.1, 0.5, 1.0, 2.0, 3.0, 3.8414588, 5.8, 10.0, 20.5, 31.9, 32.1,
                  50.0, 75.0, 100.0, 175.6, 500.0, 1000.0, 5000.0, 1e5, 1e7]:
            ln_p = chi2(x, df)
            if -ln_p < 1e-280:
                continue  # nearer to 0 than an f64 holds with all its digits
            row("chi2", x, df, 0, ln_p, stats.chi2.logsf(x, df))
    for d1 in [1, 2, 3, 4, 9, 30]:
        for d2 in [1, 2, 3, 5, 10, 31, 100, 730, 10_000]:
            for x in [0.001, 0.1, 0.5, 1.0, 2.0, 3.9, 10.0, 50.0, 400.0]:
                p = stats.f.sf(x, d1, d2)
                row("f", x, d1, d2, f(x, d1, d2), math.log(p) if p > 0 else -math.inf)
    # mpmath's series needs minutes where the second degrees of freedom are large and F is far out.
    for x in [0.001, 0.5, 1.0, 3.9, 10.0, 50.0, 400.0]:
        row("f", x, 1, 1_000_000, f(x, 1, 1_000_000), math.log(stats.f.sf(x, 1, 1_000_000)))
    # Degrees of freedom at which 1 - x is lost in x.
    for d1, d2 in [(1, 10**9), (1, 10**12), (4, 10**12), (254, 10**12), (999, 2**40)]:
        for x in [0.5, 1.0, 1.01, 3.9]:
            row("f", x, d1, d2, f(x, d1, d2), math.log(max(stats.f.sf(x, d1, d2), 1e-300)))


if __name__ == "__main__":
    sys.exit(main())
