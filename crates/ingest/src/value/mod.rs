//! From a cell to a typed value, or to the complaint about it.

pub(crate) mod column;
pub(crate) mod date;
pub(crate) mod number;

use crate::schema::SCALE;
use chrono::NaiveDate;

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    /// In millionths.
    Decimal(i128),
    Date(NaiveDate),
    Boolean(bool),
}

impl Value {
    /// The one text of this value: what a record's identity and a pseudonym are derived from.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Decimal(millionths) => {
                let one = 10_u128.pow(u32::from(SCALE.unsigned_abs()));
                let sign = if *millionths < 0 { "-" } else { "" };
                let size = millionths.unsigned_abs();
                format!("{sign}{}.{:06}", size / one, size % one)
            }
            Value::Date(date) => date.to_string(),
            Value::Boolean(yes) => yes.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_text() {
        let check = |value: Value, expected: &str| assert_eq!(value.canonical(), expected);
        check(Value::Text("Ulysses".into()), "Ulysses");
        check(Value::Integer(-5), "-5");
        check(Value::Decimal(-500_000), "-0.500000");
        check(Value::Decimal(1_234_500_000), "1234.500000");
        check(Value::Boolean(true), "true");
    }
}
