use super::{number, rows};
use chaid::{ln_chi2_sf, ln_f_sf};

/// Every tail of the fixture as ln p itself, also where p is nearly 1 and ln p nearly 0: chi-square to 1e-12, F to
/// 1e-11, up to 10¹² degrees of freedom within.
#[test]
fn against_mpmath() {
    let mut worst = [0.0_f64; 2];
    for row in rows(include_str!("../tails.csv")) {
        let (x, df, expected) = (number(row[1]), row[2].parse().unwrap(), number(row[4]));
        let law = usize::from(row[0] == "f");
        let found = if law == 0 { ln_chi2_sf(x, df) } else { ln_f_sf(x, df, row[3].parse().unwrap()) };
        let off = ((found - expected) / expected).abs();
        worst[law] = worst[law].max(off);
        assert!(off < [1e-12, 1e-11][law], "{row:?}: {found}, off by {off:e}");
    }
    println!("largest relative errors of ln p, chi-square and F: {worst:?}");
}

#[test]
fn far_tail_is_finite_and_falls() {
    assert!((ln_chi2_sf(5_000.0, 1) + 2_504.484_587_848_451).abs() < 1e-9);
    let chi = [1.0, 75.0, 1_490.0, 5_000.0, 1e6, 1e12, 1e300];
    for df in [1, 2, 3, 8, 101] {
        let ln: Vec<f64> = chi.iter().map(|chi| ln_chi2_sf(*chi, df)).collect();
        assert!(ln.iter().all(|ln| ln.is_finite()), "{ln:?}");
        assert!(ln.windows(2).all(|pair| pair[1] < pair[0]), "df {df}: {ln:?}");
    }
    assert!(ln_f_sf(1e300, 4, 20).is_finite());
}

#[test]
fn borders() {
    assert_eq!(ln_chi2_sf(0.0, 3), 0.0);
    assert_eq!(ln_chi2_sf(7.0, 0), 0.0);
    assert_eq!(ln_chi2_sf(f64::INFINITY, 2), f64::NEG_INFINITY);
    assert!(ln_chi2_sf(f64::NAN, 2).is_nan());
    assert_eq!(ln_f_sf(0.0, 3, 9), 0.0);
    assert_eq!(ln_f_sf(7.0, 0, 9), 0.0);
    assert_eq!(ln_f_sf(7.0, 3, 0), 0.0);
    assert_eq!(ln_f_sf(f64::INFINITY, 3, 9), f64::NEG_INFINITY);
    assert!(ln_f_sf(f64::NAN, 2, 2).is_nan());
}

/// With one degree of freedom between, F is the square of t; with many within, it is chi-square.
#[test]
fn laws_between_the_tails() {
    for f in [0.01, 0.7, 3.0, 40.0] {
        let cauchy = 1.0 - 2.0 / std::f64::consts::PI * f64::sqrt(f).atan();
        assert!((ln_f_sf(f, 1, 1).exp() - cauchy).abs() < 1e-14);
        assert!((ln_f_sf(f / 3.0, 3, 1_000_000_000) - ln_chi2_sf(f, 3)).abs() < 1e-5);
    }
}
