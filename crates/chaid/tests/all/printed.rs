use super::{number, rows};
use chaid::{Adjustment, Kind, Method, ln_chi2_sf, ln_multiplier};

/// 49 adjusted p-values as SPSS printed them, beside a chi-square printed to one decimal: 48 follow from chi, df
/// and the multiplier; the p of the other one is below the unadjusted p of any chi that prints so.
#[test]
fn adjusted_p_as_printed() {
    let mut fits = 0;
    for row in rows(include_str!("../printed.csv")) {
        let (chi, df, p) = (number(row[3]), row[4].parse().unwrap(), number(row[5]));
        let decimals = row[5].split('.').nth(1).unwrap().len() as i32;
        let half = 0.5 * 10_f64.powi(-decimals);
        let adjusted = |chi: f64, ln: f64| (ln_chi2_sf(chi, df) + ln).exp();
        let reaches = |ln: f64| adjusted(chi + 0.05, ln) <= p + half && adjusted(chi - 0.05, ln) >= p - half;
        let kind = match row[0] {
            "ordinal" => Kind::Ordinal,
            "nominal" => Kind::Nominal,
            "floating" => Kind::Floating,
            _ => {
                assert!(adjusted(chi + 0.05, 0.0) > p + half, "{row:?} has no multiplier");
                continue;
            }
        };
        let (i, r) = (row[1].parse().unwrap(), row[2].parse().unwrap());
        let ln = ln_multiplier(kind, i, r, Method::Chaid, Adjustment::Bonferroni);
        assert!(reaches(ln), "{row:?}: {} to {}", adjusted(chi + 0.05, ln), adjusted(chi - 0.05, ln));
        fits += 1;
    }
    assert_eq!(fits, 48);
}
