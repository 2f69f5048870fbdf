//! A study's codebook as DDI-Codebook 2.5: what was asked, what answers mean, what was delivered and what was made of it.
//!
//! [`codebook`] tells the questions of the lists that the study names, with the codes of their answers; the columns of each
//! delivered source with the codes and spellings of its contract; and the variables of the data dictionary. Codes and words
//! come from the study's own files, never from deliveries. The same study gives the same bytes.

mod delivered;
mod dictionary;
mod lists;
mod xml;

use crate::ExchangeError;
use std::collections::BTreeMap;
use study::{Codebook, Root, Study};
use terms::ObjectHash;
use xml::Xml;

/// Where the standard and its schema are described.
const NAMESPACE: &str = "ddi:codebook:2_5";
const SCHEMA: &str =
    "ddi:codebook:2_5 https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd";
const SYNTHETIC: &str = "The data of this study is synthetic: invented persons only.";

/// A row of a list: its cells by column; a missing one is not there.
pub type ListRow = BTreeMap<String, String>;

/// What is told of a study.
pub struct CodebookOf<'a> {
    /// The study.
    pub study: &'a Study,
    /// Its codebook.
    pub codebook: &'a Codebook,
    /// The rows of each list that the codebook names, by source, in their order.
    pub lists: &'a BTreeMap<String, Vec<ListRow>>,
    /// SHA-256 of the manifest of the run that read them.
    pub manifest: &'a ObjectHash,
}

/// The codebook as an XML document in UTF-8.
///
/// # Errors
/// An answer belongs to no question of the lists; the writer fails.
pub fn codebook(of: &CodebookOf<'_>) -> Result<Vec<u8>, ExchangeError> {
    let questions = lists::questions(of);
    lists::each_answer_has_a_question(of, &questions)?;
    let delivered = delivered::columns(of.study);
    let made = dictionary::variables(of);
    let mut xml = Xml::new();
    let root = [
        ("xmlns", NAMESPACE),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", SCHEMA),
        ("version", "2.5"),
        ("xml:lang", "nl"),
    ];
    xml.element("codeBook", &root, |xml| {
        xml.element("docDscr", &[], |xml| {
            xml.element("citation", &[], |xml| title(xml, &format!("Codebook: {}", of.study.title), None))
        })?;
        study_description(xml, of)?;
        delivered::files(xml, of.study)?;
        xml.element("dataDscr", &[], |xml| {
            lists::groups(xml, of, &questions)?;
            delivered::groups(xml, of.study, &delivered)?;
            dictionary::groups(xml, &made)?;
            lists::write(xml, of, &questions)?;
            delivered::write(xml, &delivered)?;
            dictionary::write(xml, &made)
        })
    })
    .map_err(|source| ExchangeError::Xml { source })?;
    Ok(xml.finish())
}

fn study_description(xml: &mut Xml, of: &CodebookOf<'_>) -> std::io::Result<()> {
    xml.element("stdyDscr", &[], |xml| {
        xml.element("citation", &[], |xml| {
            title(xml, &of.study.title, Some(&of.study.name))?;
            xml.element("verStmt", &[], |xml| {
                xml.text("version", &[("type", "sha256 of the run's manifest")], of.manifest.as_str())
            })
        })?;
        if of.study.synthetic { xml.text("notes", &[("type", "synthetic")], SYNTHETIC) } else { Ok(()) }
    })
}

fn title(xml: &mut Xml, title: &str, id: Option<&str>) -> std::io::Result<()> {
    xml.element("titlStmt", &[], |xml| {
        xml.text("titl", &[], title)?;
        id.map_or(Ok(()), |id| xml.text("IDNo", &[], id))
    })
}

/// Whether a source reads deliveries, and no list of the study.
fn is_delivered(source: &&study::Source) -> bool {
    source.root == Root::Data
}

/// References to variables, as an attribute has them.
fn references<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
