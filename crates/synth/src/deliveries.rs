//! Which registration goes into which file, round by round.

use crate::calibration::Calibration;
use crate::cell::Cell;
use crate::chance::Chance;
use crate::entry::Entry;
use crate::error::SynthError;
use crate::manner::{Format, MANNERS, Manner, PLAIN};
use crate::mess;
use crate::tell::Block;
use crate::write::Tables;

/// Sets with more blocks than this hold text files only: a workbook lives in memory.
const MOST_BLOCKS_WITH_WORKBOOKS: u32 = 20;

/// Writes the registrations of all rounds.
pub struct Deliveries<'a> {
    calibration: &'a Calibration,
    scale: u32,
    chance: Chance,
    lines: Vec<u64>,
}

impl<'a> Deliveries<'a> {
    /// Deliveries of `scale` blocks of persons.
    pub fn new(calibration: &'a Calibration, scale: u32, seed: u64) -> Self {
        let lines = vec![0; calibration.centres.len()];
        Self { calibration, scale, chance: Chance::new(seed, 0, "mess"), lines }
    }

    /// Writes the registrations of one block.
    pub fn block(&mut self, block: &Block, tables: &mut Tables) -> Result<(), SynthError> {
        self.list("round_1", &block.round_1, tables)?;
        self.list("round_2/correctie", &block.corrections, tables)?;
        self.list("round_2/uitstroom", &block.left, tables)?;
        self.list("round_3/uitstroom", &block.late_left, tables)?;
        self.list("round_3/toevoeging", &block.late_added, tables)
    }

    fn list(&mut self, folder: &str, entries: &[Entry], tables: &mut Tables) -> Result<(), SynthError> {
        for entry in entries {
            let supplement = entry.supplement && entry.centre.is_multiple_of(2);
            let manner = if supplement { PLAIN } else { self.manner(entry.centre) };
            let path = self.path(folder, entry.centre, &manner, supplement);
            let cells = mess::cells(entry, &manner, self.calibration, &mut self.chance);
            tables.row(&path, manner.format, &manner.header(), &cells)?;
            if folder == "round_1" && !supplement {
                self.lines[entry.centre] += 1;
            }
        }
        Ok(())
    }

    /// Writes the lines with totals and the blank lines that spreadsheets leave behind.
    pub fn totals(&mut self, tables: &mut Tables) -> Result<(), SynthError> {
        for centre in 0..self.calibration.centres.len() {
            let manner = self.manner(centre);
            if !manner.total_line {
                continue;
            }
            let path = self.path("round_1", centre, &manner, false);
            let mut cells = vec![Cell::blank(); manner.header().len()];
            tables.row(&path, manner.format, &[], &cells)?;
            cells[0] = Cell::text("Totaal");
            cells[1] = Cell::Number(self.lines[centre] as i64);
            tables.row(&path, manner.format, &[], &cells)?;
        }
        Ok(())
    }

    fn manner(&self, centre: usize) -> Manner {
        let manner = MANNERS[centre % MANNERS.len()];
        if manner.format == Format::Workbook && self.scale > MOST_BLOCKS_WITH_WORKBOOKS {
            return Manner { format: PLAIN.format, ..manner };
        }
        manner
    }

    fn path(&self, folder: &str, centre: usize, manner: &Manner, supplement: bool) -> String {
        let stem = &self.calibration.centres[centre].stem;
        let part = if supplement { "_aanvulling" } else { "" };
        let extension = if manner.format == Format::Workbook { "xlsx" } else { "csv" };
        format!("{folder}/{stem}{part}.{extension}")
    }
}
