use super::names::finish;
use arrow::array::Int64Array;
use arrow::datatypes::DataType;
use arrow::temporal_conversions::date32_to_datetime;
use chrono::Datelike;
use datafusion::common::cast::as_date32_array;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use std::sync::Arc;

/// A function of two dates: completed periods of `months_per_period` months from the first to the second.
pub(super) fn completed(name: &str, months_per_period: i64) -> ScalarUDF {
    create_udf(
        name,
        vec![DataType::Date32, DataType::Date32],
        DataType::Int64,
        Volatility::Immutable,
        Arc::new(move |args: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(args)?;
            let (from, to) = (as_date32_array(&arrays[0])?, as_date32_array(&arrays[1])?);
            let periods: Int64Array = from
                .iter()
                .zip(to.iter())
                .map(|(from, to)| Some(completed_months(from?, to?)? / months_per_period))
                .collect();
            finish(args, Arc::new(periods))
        }),
    )
}

/// Whole months from one day (since 1970-01-01) to another; the day of the month must be reached.
/// Negative, and rounded towards zero, when the second day is earlier. None outside the calendar.
fn completed_months(from: i32, to: i32) -> Option<i64> {
    if to < from {
        return completed_months(to, from).map(|months| -months);
    }
    let (from, to) = (date32_to_datetime(from)?, date32_to_datetime(to)?);
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    Some(if to.day() < from.day() { months - 1 } else { months })
}

#[cfg(test)]
mod tests {
    use super::completed_months;
    use chrono::NaiveDate;

    fn days(text: &str) -> i32 {
        let date: NaiveDate = text.parse().unwrap();
        i32::try_from((date - NaiveDate::default()).num_days()).unwrap()
    }

    #[test]
    fn a_month_is_completed_when_its_day_is_reached() {
        for (from, to, months) in [
            ("2003-05-10", "2010-01-09", 79),
            ("2003-05-10", "2010-01-10", 80),
            ("2008-02-29", "2009-02-28", 11),
            ("2010-01-31", "2010-02-28", 0),
            ("2010-01-31", "2010-03-01", 1),
            ("2010-03-01", "2010-01-31", -1),
            ("2010-03-01", "2010-03-01", 0),
        ] {
            assert_eq!(completed_months(days(from), days(to)), Some(months), "{from} {to}");
        }
    }
}
