//! What deliveries hold, by their contracts.

use super::xml::Xml;
use super::{is_delivered, references};
use std::io;
use study::{Source, Study};
use terms::{Code, Column, ColumnType, Sensitivity};

/// A column of a delivered source.
pub(super) struct Delivered<'a> {
    id: String,
    /// Its source, from 0 among the delivered ones.
    source: usize,
    column: &'a Column,
}

/// Every column of every delivered source, in order.
pub(super) fn columns(study: &Study) -> Vec<Delivered<'_>> {
    let mut columns = Vec::new();
    for (source, declared) in study.sources.iter().filter(is_delivered).enumerate() {
        let contract = &declared.contract;
        for (place, column) in contract.file_column.iter().chain(&contract.columns).enumerate() {
            columns.push(Delivered { id: format!("V{}_{}", source + 1, place + 1), source, column });
        }
    }
    columns
}

/// A description of the files of each delivered source.
pub(super) fn files(xml: &mut Xml, study: &Study) -> io::Result<()> {
    for (place, source) in study.sources.iter().filter(is_delivered).enumerate() {
        xml.element("fileDscr", &[("ID", &file_id(place))], |xml| {
            xml.element("fileTxt", &[], |xml| {
                xml.text("fileName", &[], &source.contract.files)?;
                xml.text("fileCont", &[], &source.title)
            })
        })?;
    }
    Ok(())
}

/// A group for each delivered source.
pub(super) fn groups(xml: &mut Xml, study: &Study, columns: &[Delivered<'_>]) -> io::Result<()> {
    for (place, source) in study.sources.iter().filter(is_delivered).enumerate() {
        let own = columns.iter().filter(|column| column.source == place);
        let ids = references(own.map(|column| column.id.as_str()));
        let Source { contract, title, .. } = source;
        let id = format!("GV{}", place + 1);
        let attributes = [("ID", &*id), ("type", "file"), ("name", &*contract.name), ("var", &*ids)];
        xml.element("varGrp", &attributes, |xml| xml.text("labl", &[], title))?;
    }
    Ok(())
}

/// A variable for each column.
pub(super) fn write(xml: &mut Xml, columns: &[Delivered<'_>]) -> io::Result<()> {
    for Delivered { id, source, column } in columns {
        let interval = if matches!(column.kind, ColumnType::Integer | ColumnType::Decimal | ColumnType::Date)
        {
            "contin"
        } else {
            "discrete"
        };
        let attributes =
            [("ID", &**id), ("name", &*column.name), ("files", &*file_id(*source)), ("intrvl", interval)];
        xml.element("var", &attributes, |xml| {
            let label = column.headers.first().map_or(column.name.as_str(), String::as_str);
            xml.text("labl", &[], label)?;
            security(xml, column.sensitivity)?;
            if let Some(pattern) = &column.pattern {
                xml.text("txt", &[], &format!("pattern: {pattern}"))?;
            }
            if let ColumnType::Code(codes) = &column.kind {
                categories(xml, codes)?;
            }
            format(xml, &column.kind)
        })?;
    }
    Ok(())
}

fn security(xml: &mut Xml, sensitivity: Sensitivity) -> io::Result<()> {
    match sensitivity {
        Sensitivity::Public => Ok(()),
        Sensitivity::Sensitive => xml.text("security", &[], "sensitive"),
        Sensitivity::Identifying => xml.text("security", &[], "identifying"),
    }
}

/// Each code once, with the spellings that stand for it.
fn categories(xml: &mut Xml, codes: &[Code]) -> io::Result<()> {
    let mut kept: Vec<(&str, Vec<&str>)> = Vec::new();
    for Code { spelling, code } in codes {
        match kept.iter_mut().find(|(known, _)| known == code) {
            Some((_, spellings)) => spellings.push(spelling),
            None => kept.push((code, vec![spelling])),
        }
    }
    for (code, spellings) in kept {
        xml.element("catgry", &[], |xml| {
            xml.text("catValu", &[], code)?;
            spellings.iter().try_for_each(|spelling| xml.text("labl", &[("level", "spelling")], spelling))
        })?;
    }
    Ok(())
}

fn format(xml: &mut Xml, kind: &ColumnType) -> io::Result<()> {
    let (kind, category) = match kind {
        ColumnType::Integer | ColumnType::Decimal => ("numeric", "other"),
        ColumnType::Date => ("character", "date"),
        ColumnType::Text | ColumnType::Boolean | ColumnType::Code(_) => ("character", "other"),
    };
    xml.empty("varFormat", &[("type", kind), ("category", category)])
}

fn file_id(place: usize) -> String {
    format!("F{}", place + 1)
}
