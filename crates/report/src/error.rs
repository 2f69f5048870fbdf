//! What can go wrong, by whose fault it is.

/// A table cannot be printed or compared. Every message names the table, the place and the way out.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The presentation and the query do not fit each other: the study's author can mend it.
    #[error(
        "table {number} ({title}): {what} names column `{column}`, which the query does not return; it returns {returned}. Correct the presentation or the SELECT"
    )]
    UnknownColumn {
        /// Number of the table in the publication.
        number: u32,
        /// Its title.
        title: String,
        /// The part of the presentation that names the column.
        what: &'static str,
        /// The column that is not there.
        column: String,
        /// The columns that are there.
        returned: String,
    },
    /// A header above several columns does not stand above shown columns in their order, or it crosses another.
    #[error(
        "table {number} ({title}): the spanning header `{label}` goes from `{from}` to `{to}`; both must be shown columns, in this order, and it must lie wholly inside or wholly outside every other"
    )]
    Spanning {
        /// Number of the table in the publication.
        number: u32,
        /// Its title.
        title: String,
        /// The header.
        label: String,
        /// Its first column.
        from: String,
        /// Its last column.
        to: String,
    },
    /// A column has a type that has no printed form.
    #[error(
        "table {number} ({title}): column `{column}` is of type {data_type}, which has no printed form; cast it to text or a number in the SELECT"
    )]
    Type {
        /// Number of the table in the publication.
        number: u32,
        /// Its title.
        title: String,
        /// The column.
        column: String,
        /// Its Arrow type.
        data_type: String,
    },
    /// A floating-point cell holds NaN or an infinity: the query divided by zero or overflowed.
    #[error(
        "table {number} ({title}): column `{column}`, row {row} holds {value}, which is not a number; guard the division in the SELECT"
    )]
    NotFinite {
        /// Number of the table in the publication.
        number: u32,
        /// Its title.
        title: String,
        /// The column.
        column: String,
        /// Row of the result, from 1.
        row: usize,
        /// The value.
        value: f64,
    },
    /// Two rows of one table have the same key, so that cells cannot be told apart.
    #[error(
        "{appendix}: {place} has two rows with key `{key}` in column `{column}`; choose a key that tells the rows apart"
    )]
    DuplicateKey {
        /// The appendix.
        appendix: String,
        /// `the query` or the published file with the line of the second row.
        place: String,
        /// The key's column.
        column: String,
        /// The key's text.
        key: String,
    },
    /// A published file cannot be read.
    #[error("{file}: {source}")]
    ReadPublished {
        /// The file.
        file: String,
        /// The reason.
        source: std::io::Error,
    },
    /// The published file is not CSV in UTF-8 with equally long rows.
    #[error(
        "{appendix}: {file}, line {line}: {message}; the published table must be CSV in UTF-8 with as many fields in each row as in the first"
    )]
    PublishedCsv {
        /// The appendix.
        appendix: String,
        /// The published file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The presentation names a printed column that the published file does not have.
    #[error("{appendix}: {what} names column `{column}`, which is not in {file}; it has {present}")]
    PublishedColumn {
        /// The appendix.
        appendix: String,
        /// The published file.
        file: String,
        /// The part of the presentation that names the column.
        what: &'static str,
        /// The column that is not there.
        column: String,
        /// The columns that are there.
        present: String,
    },
    /// A row from which a p-value is to be computed again holds a text that is not what it should be.
    #[error(
        "{appendix}: row {row}: {what} is `{text}`; correct `published.recompute` of the presentation or the text itself"
    )]
    NotRecomputable {
        /// The appendix.
        appendix: String,
        /// Text of the row's key.
        row: String,
        /// What the text should be.
        what: &'static str,
        /// The text.
        text: String,
    },
    /// The presentation says nothing about a published table.
    #[error(
        "{appendix}: there is nothing to compare with; add `published` with `file` and `key` to its presentation"
    )]
    NotPublished {
        /// The appendix.
        appendix: String,
    },
    /// The rows of a tree are no tree.
    #[error("table {number} ({title}): tree `{section}`: {what}")]
    Tree {
        /// Number of the table in the publication.
        number: u32,
        /// Its title.
        title: String,
        /// What tells the tree from the other trees.
        section: String,
        /// What keeps it from being one, and the way out.
        what: String,
    },
    /// The CSV writer refused a row.
    #[error("table {number}: cannot write CSV: {source}")]
    WriteCsv {
        /// Number of the table in the publication.
        number: u32,
        /// The reason.
        source: csv::Error,
    },
    /// A workbook cannot hold a sheet.
    #[error(
        "{sheet} does not fit in a workbook: {source}; a sheet has at most 1,048,576 rows and 16,384 columns"
    )]
    Workbook {
        /// The table or page.
        sheet: String,
        /// The reason.
        source: rust_xlsxwriter::XlsxError,
    },
    /// The parts of a document cannot be put together.
    #[error("cannot write the document: {source}")]
    Document {
        /// The reason.
        source: zip::result::ZipError,
    },
    /// The fonts that this program brings are not what they should be: a fault of the program.
    #[error("the fonts of the pages cannot be read; this is a fault of the program, please report it")]
    Fonts,
    /// A description could not be written as JSON.
    #[error("cannot describe the tables: {source}")]
    Described {
        /// The reason.
        source: serde_json::Error,
    },
    /// The CSV writer refused a record.
    #[error("cannot write CSV: {source}")]
    WriteRecords {
        /// The reason.
        source: csv::Error,
    },
    /// The CSV writer refused an entry of the list of what is not reached.
    #[error("cannot write the list of what is not reached: {source}")]
    WriteUnreached {
        /// The reason.
        source: csv::Error,
    },
}
