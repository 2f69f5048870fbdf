use crate::args::RunChoice;
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, recorded};

pub(crate) fn waterfall(place: &Place, choice: &RunChoice, json: bool) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    let manifest = recorded(&warehouse, choice)?;
    if json {
        output::json(&manifest.waterfall)
    } else {
        output::text(&report::waterfall_text(&manifest.waterfall))
    }
}
