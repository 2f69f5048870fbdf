//! The zip around a workbook, before anything in it is believed.

use crate::fault::Refusal;
use crate::{FileFault, IngestError, Limits};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use zip::ZipArchive;

/// Parts up to this size, in bytes, may be packed as densely as they like: a few hundred equal rows are.
const RATIO_FROM: u64 = 1 << 20;

/// Refuses what is no XLSX file, or would cost too much once unpacked.
///
/// Every part is unpacked once into nothing: the sizes that a zip declares are not believed, and the
/// check sums find damage before a single row is staged.
pub(crate) fn inspect(mut file: &File, name: &str, limits: &Limits) -> Result<(), IngestError> {
    let refuse = |refusal: Refusal| IngestError::refused(name, refusal);
    let mut head = Vec::new();
    file.rewind().map_err(|error| IngestError::io(name, error))?;
    file.take(512).read_to_end(&mut head).map_err(|error| IngestError::io(name, error))?;
    if let Some(refusal) = foreign(&head) {
        return Err(refuse(refusal));
    }
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|error| refuse(damaged(&error)))?;
    if zip.len() > limits.parts {
        let problem = format!("the XLSX file has more than {} parts; save the table alone", limits.parts);
        return Err(refuse(Refusal::new(FileFault::TooLarge, problem)));
    }
    if zip.index_for_name("xl/workbook.xml").is_none() {
        let problem = "a zip file without a workbook in it; save the table as .xlsx";
        return Err(refuse(Refusal::new(FileFault::OtherFormat, problem)));
    }
    let mut unpacked = 0_u64;
    for part in 0..zip.len() {
        let entry = zip.by_index(part).map_err(|error| refuse(damaged(&error)))?;
        let room = limits.unpacked_bytes.saturating_sub(unpacked);
        if entry.size() > room {
            return Err(refuse(bomb(limits)));
        }
        if entry.size() > RATIO_FROM && entry.size() / entry.compressed_size().max(1) > limits.unpack_ratio {
            return Err(refuse(dense(limits)));
        }
        unpacked +=
            io::copy(&mut entry.take(room + 1), &mut io::sink()).map_err(|error| refuse(damaged(&error)))?;
        if unpacked > limits.unpacked_bytes {
            return Err(refuse(bomb(limits)));
        }
    }
    Ok(())
}

/// The complaint about a workbook that cannot be read.
pub(crate) fn damaged(cause: &dyn std::fmt::Display) -> Refusal {
    let problem = format!(
        "the XLSX file is damaged or was cut off ({cause}); open it, save it again, and deliver it again"
    );
    Refusal::new(FileFault::DamagedWorkbook, problem)
}

fn foreign(head: &[u8]) -> Option<Refusal> {
    let (fault, problem) = if head.is_empty() {
        (FileFault::Empty, "the file is empty (zero bytes); deliver it again, or take it away")
    } else if head.starts_with(b"\xd0\xcf\x11\xe0") {
        (
            FileFault::OldOrEncrypted,
            "the file is encrypted with a password, or an old Excel file; save it as .xlsx without a password",
        )
    } else if head.trim_ascii_start().starts_with(b"<") {
        (
            FileFault::WebPage,
            "this is a web page, perhaps a log-in or error page that was saved in place of the file; download it again",
        )
    } else if !head.starts_with(b"PK") {
        (
            FileFault::OtherFormat,
            "not an XLSX file, whatever its name says; save the table as .xlsx, or name it .csv if it is delimited text",
        )
    } else {
        return None;
    };
    Some(Refusal::new(fault, problem))
}

fn bomb(limits: &Limits) -> Refusal {
    let problem = format!(
        "the XLSX file unpacks to more than the limit of {} bytes; split it, deliver CSV, or raise the limit",
        limits.unpacked_bytes
    );
    Refusal::new(FileFault::ZipBomb, problem)
}

fn dense(limits: &Limits) -> Refusal {
    let problem = format!(
        "a part of the XLSX file unpacks to more than {} times its size, as no table does; save the table alone, or \
         deliver CSV",
        limits.unpack_ratio
    );
    Refusal::new(FileFault::ZipBomb, problem)
}
