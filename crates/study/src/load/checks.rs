use super::Reading;
use super::reading::stem;
use crate::Check;
use crate::sql::Order;
use crate::tables::{Identity, Maker};
use crate::yaml::RawCheck;

/// The checks that could be read, and what they read.
pub(crate) fn read(reading: &mut Reading<'_>, raws: &[RawCheck]) -> (Vec<Check>, Vec<Maker>) {
    let text = reading.pipeline.clone();
    let mut checks: Vec<Check> = Vec::new();
    let mut makers = Vec::new();
    for raw in raws {
        let place = raw.check.place(&text);
        let name = stem(&raw.check.value).to_owned();
        let Some(sql) = reading.sql(&raw.check.value, &place, Order::Free) else { continue };
        if checks.iter().any(|check| check.name == name) {
            reading.yaml(&place, "a second check of this name", "rename the file: reports name their check");
        }
        makers.push(Maker {
            name: name.clone(),
            kind: None,
            place,
            writes: Vec::new(),
            reads: sql.reads(),
            implied: Vec::new(),
            identity: Identity::Forbidden,
            locals: &[],
        });
        checks.push(Check { name, severity: raw.severity, sql: sql.file });
    }
    (checks, makers)
}
