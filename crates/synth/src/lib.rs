//! Synthetic registrations of the flagship study: invented persons only.
//!
//! **What.** Writes the raw deliveries of a study of support centres: registration lists per centre in three rounds, an
//! extract of a central register, coded questionnaires. They are as messy as people really deliver, and fitted to the
//! published aggregates in `calibration/`, which are used here and nowhere else in the project.
//!
//! **Which type matters.** [`Options`] says where, how large and from which seed; [`generate`] does the rest.
//!
//! **Why this design.** Truth and mess are apart: [`population`] draws true persons, [`cast`] gives them parts (twins,
//! transfers, mistyped numbers), [`tell`] turns parts into registrations, [`mess`] writes them in each centre's manner.
//! What a person answers is in the calibration ([`registered`]), which a search made ([`calibrate`]). Persons come in blocks of 733; a set of scale N
//! is N blocks, written one after the other, so memory does not grow. Chance is a ChaCha stream read in whole numbers and
//! nothing is iterated in hash order: equal options give equal bytes on any machine.
//!
//! **Borders.** Of the workspace it knows `chaid` alone, for the search; it is used by none.
//!
//! ```
//! let folder = tempfile::tempdir()?;
//! let options = synth::Options { out: folder.path().to_owned(), scale: 1, seed: synth::SEED };
//! let written = synth::generate(&options)?;
//! assert_eq!(written.persons, 733);
//! assert!(folder.path().join("raw/round_1/utrecht.xlsx").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod calibrate;
pub mod calibration;
pub mod cast;
pub mod cell;
pub mod chance;
pub mod dates;
pub mod deliveries;
pub mod dmb;
pub mod entry;
pub mod error;
pub mod extract;
pub mod history;
pub mod manner;
pub mod mess;
pub mod months;
pub mod names;
pub mod notice;
pub mod numbers;
pub mod person;
pub mod population;
pub mod questionnaires;
pub mod registered;
pub mod roles;
pub mod tell;
pub mod write;

pub use error::SynthError;

use calibration::Calibration;
use deliveries::Deliveries;
use std::path::PathBuf;
use write::Tables;

/// The seed of the committed data.
pub const SEED: u64 = 20_101_101;

/// What to write.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder that gets `raw/` and a README.
    pub out: PathBuf,
    /// How many blocks of 733 persons; 1 is the committed data.
    pub scale: u32,
    /// Seed of all chance.
    pub seed: u64,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// True persons in the registrations after cleaning.
    pub persons: u64,
    /// Lines of registration lists in all rounds, lines that break the contract included.
    pub registrations: u64,
    /// Persons in the DMB extract, strangers included.
    pub extracted: u64,
}

/// Writes all deliveries and the notice. Errors: [`SynthError`], when a file cannot be written or the story does not fit.
pub fn generate(options: &Options) -> Result<Written, SynthError> {
    let calibration = Calibration::load()?;
    let mut tables = Tables::new(&options.out.join("raw"));
    let mut deliveries = Deliveries::new(&calibration, options.scale, options.seed);
    let mut written = Written { persons: 0, registrations: 0, extracted: 0 };
    for number in 0..options.scale {
        let block = tell::tell_block(&calibration, options.seed, number)?;
        deliveries.block(&block, &mut tables)?;
        dmb::write(&block.extract, &calibration, &mut tables)?;
        let lists = [&block.round_1, &block.corrections, &block.left, &block.late_left, &block.late_added];
        written.persons += 733;
        written.registrations += lists.iter().map(|list| list.len() as u64).sum::<u64>();
        written.extracted += block.extract.len() as u64;
    }
    deliveries.totals(&mut tables)?;
    questionnaires::write(&calibration, options.seed, &mut tables)?;
    tables.finish()?;
    keep(options, "README.md", &notice::text(options.scale, options.seed))?;
    keep(options, ".gitattributes", notice::GIT_ATTRIBUTES)?;
    Ok(written)
}

fn keep(options: &Options, name: &str, text: &str) -> Result<(), SynthError> {
    let path = options.out.join(name);
    std::fs::write(&path, text).map_err(|source| SynthError::Io { path, source })
}
