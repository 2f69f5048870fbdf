use super::Fixture;
use crate::load::{codes_of, document_of};
use crate::sql::{Order, parse};
use crate::text::Text;
use crate::yaml::{self, RawAppendix, RawPipeline, RawSource};
use proptest::prelude::*;

fn text(source: &str) -> Text {
    Text { path: "any".into(), source: source.into() }
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(source in "[ -~éß\\n\\t\"'|`#$;:{}\\[\\]&*-]{0,80}") {
        let _ = parse(&text(&source), Order::Required);
        let _ = document_of(&source);
        let _ = document_of(&format!("# T\n## Example: x\n{source}"));
        let _ = codes_of(&format!("spelling,code\n{source}"));
        let _ = yaml::parse::<RawPipeline>(&text(&source));
        let _ = yaml::parse::<RawSource>(&text(&format!("source: a\ntitle: {source}")));
        let _ = yaml::parse::<RawAppendix>(&text(&format!("number: 1\n{source}")));
    }

    #[test]
    fn line_and_column_lead_back_to_the_byte(source in "[aé\\n]{0,40}", at in 0usize..60) {
        let text = text(&source);
        let byte = source.floor_char_boundary(at.min(source.len()));
        let (line, column) = text.line_and_column(byte);
        prop_assert_eq!(text.byte_at(line.into(), column.into()), byte);
    }
}

#[test]
fn a_cut_file_is_a_fault_or_a_study_but_no_panic() {
    for path in [
        "pipeline.yaml",
        "sources/borrowings.yaml",
        "clean/twice.md",
        "clean/twice.sql",
        "appendices/table_1.yaml",
    ] {
        let whole = std::fs::read_to_string(Fixture::new().path(path)).unwrap();
        for length in (0..whole.len()).step_by(31) {
            let fixture = Fixture::new();
            fixture.write(path, &whole[..length]);
            let _ = crate::Study::load(&fixture.folder());
        }
    }
}
