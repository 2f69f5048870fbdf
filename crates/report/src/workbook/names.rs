//! Names of sheets.

use crate::labels;
use crate::markup::seen;
use std::collections::BTreeSet;

/// Characters of the name of a sheet.
const LONGEST: usize = 31;

/// Names as a spreadsheet takes them: no longer than it allows, without the signs that it refuses, unique whatever it makes
/// of capitals, and none that of the first sheet.
pub(super) fn sheet_names<'a>(wanted: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = BTreeSet::from([labels::CONTENTS.to_lowercase()]);
    wanted.map(|name| unique(name, &mut taken)).collect()
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let fit = |name: &str, behind: &str| {
        let room = LONGEST - behind.chars().count();
        let kept: String = name.chars().take(room).collect();
        format!("{}{behind}", kept.trim_matches(['\'', ' ']))
    };
    let name = seen(name).replace(['[', ']', ':', '*', '?', '/', '\\', '\t', '\n'], "-");
    let name = if name.trim_matches(['\'', ' ']).is_empty() { "-".to_owned() } else { name };
    let numbered = (2_u64..).map(|number| fit(&name, &format!(" {number}")));
    for name in std::iter::once(fit(&name, "")).chain(numbered) {
        if taken.insert(name.to_lowercase()) {
            return name;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_unique_and_without_signs() {
        let long = "een heel lange naam voor een blad, te lang";
        let names = ["table_01", "Table_01", "a/b:c", "''", "inhoud", long, long].into_iter();
        assert_eq!(
            sheet_names(names),
            [
                "table_01",
                "Table_01 2",
                "a-b-c",
                "-",
                "inhoud 2",
                "een heel lange naam voor een bl",
                "een heel lange naam voor een 2"
            ]
        );
    }
}
