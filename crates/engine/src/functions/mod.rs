//! SQL functions beside DataFusion's own: names, similarity, completed time.
//!
//! | function | result | null |
//! |---|---|---|
//! | `fold_name(text)` | lower case, accents off, letters only | null in, null out |
//! | `jaro_winkler(text, text)` | similarity from 0 to 1 | null if either is |
//! | `completed_months(from, to)` | whole months between two dates, negative if `to` is earlier | null if either is |
//! | `completed_years(from, to)` | whole years, likewise | null if either is |

mod dates;
mod names;

pub(crate) use names::finish;

use datafusion::prelude::SessionContext;

/// Registers all functions of this module in a session.
pub(crate) fn register(session: &SessionContext) {
    session.register_udf(names::fold_name());
    session.register_udf(names::jaro_winkler());
    session.register_udf(dates::completed("completed_months", 1));
    session.register_udf(dates::completed("completed_years", 12));
}
