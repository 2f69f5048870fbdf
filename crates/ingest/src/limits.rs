/// Bounds on what one file may cost; a file beyond them is refused, a record beyond them is quarantined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of a file, in bytes.
    pub file_bytes: u64,
    /// Size of one record, in bytes of the file.
    pub record_bytes: usize,
    /// Size of one field, in bytes of UTF-8.
    pub field_bytes: usize,
    /// Number of columns of a file.
    pub columns: usize,
    /// Number of records of one [`Chunk`](crate::Chunk).
    pub chunk_records: usize,
    /// Raw text and value kept in the quarantine, in characters.
    pub evidence_chars: usize,
    /// Lines on which a quotation mark may be left open before the file is given up.
    pub open_quotes: usize,
    /// Size of all parts of an XLSX file together once unpacked, in bytes.
    pub unpacked_bytes: u64,
    /// How many times its packed size a part of an XLSX file of more than 1 MiB may have once unpacked.
    pub unpack_ratio: u64,
    /// Number of parts inside an XLSX file.
    pub parts: usize,
    /// Number of cells of a sheet.
    pub cells: u64,
}

impl Default for Limits {
    /// 4 GiB files, 1 MiB records, 64 KiB fields, 512 columns, chunks of 8,192 records;
    /// XLSX: 1 GiB unpacked, parts at most 250 times their packed size, 4,096 parts, 50 million cells.
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            record_bytes: 1 << 20,
            field_bytes: 64 << 10,
            columns: 512,
            chunk_records: 8_192,
            evidence_chars: 2_048,
            open_quotes: 1_000,
            unpacked_bytes: 1 << 30,
            unpack_ratio: 250,
            parts: 4_096,
            cells: 50_000_000,
        }
    }
}
