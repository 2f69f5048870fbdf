//! The fixed Dutch words of printed tables and of the book; everything else comes from the study.

pub(crate) const YES: &str = "Ja";
pub(crate) const NO: &str = "Nee";
/// Months as they stand in `01-okt-2009`.
pub(crate) const MONTHS: [&str; 12] =
    ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];

pub(crate) const CONTENTS: &str = "Inhoud";
pub(crate) const TO_CONTENTS: &str = "Naar de inhoud";
pub(crate) const TABLES: &str = "Tabellen";
pub(crate) const ABOUT: &str = "Over de gegevens";
pub(crate) const SOURCE: &str = "Bron";
pub(crate) const SOURCE_COUNTS: [&str; 3] = ["Bestanden", "Regels", "In quarantaine"];
pub(crate) const CLEANING: &str = "Opschoning";
pub(crate) const DIFFERENCES: &str = "Verschillen met de druk";
pub(crate) const REPRODUCIBILITY: &str = "Herhaalbaarheid";
pub(crate) const NOTES: &str = "Noten";

pub(crate) const SYNTHETIC: &str = "Synthetische gegevens";
pub(crate) const SYNTHETIC_TEXT: &str = "Deze cijfers zijn berekend uit verzonnen registraties en zeggen niets over werkelijke personen of organisaties.";

pub(crate) const CLEANING_TEXT: &str = "Per ronde, regel en populatie: hoeveel rijen er waren, wat de regel ermee deed en hoeveel er overbleven. \
     Er verdwijnt geen rij zonder dat een regel haar noemt: uit = in − samengevoegd − verwijderd + toegevoegd + erbij − eraf.";
pub(crate) const TOTALS: &str = "Rijen voor de eerste ronde en na elke ronde";
pub(crate) const NO_CLEANING: &str = "Er zijn geen opschoningsrondes.";
pub(crate) const ROUND: &str = "Ronde";
pub(crate) const RULE: &str = "Regel";
pub(crate) const POPULATION: &str = "Populatie";
pub(crate) const COUNTS: [&str; 8] =
    ["In", "Samengevoegd", "Verwijderd", "Toegevoegd", "Erbij", "Eraf", "Gewijzigd", "Uit"];

pub(crate) const DIFFERENCES_TEXT: &str = "Elke gedrukte cel is vergeleken met de berekende cel, zoals zij gedrukt staat. \
     Een verschil dat aan de druk ligt, is een verklaarde drukfout. Wat verzonnen gegevens niet bereiken, staat er met de afstand tot de druk bij.";
pub(crate) const NOT_COMPARED: &str = "Er is niet met een gedrukte tabel vergeleken.";
pub(crate) const TABLE: &str = "Tabel";
pub(crate) const CELLS: &str = "Cellen";
pub(crate) const EQUAL: &str = "Gelijk";
pub(crate) const MISPRINTS: &str = "Verklaarde drukfouten";
pub(crate) const UNREACHED: &str = "Niet bereikt met verzonnen gegevens";
pub(crate) const TESTS: &str = "Toetsen: hoe dicht bij de druk";
pub(crate) const TEST_COUNTS: [&str; 7] = [
    "Rijen",
    "Oordeel als gedrukt",
    "Gedrukte toetsgrootheden",
    "Vrijheidsgraden als gedrukt",
    "Toetsgrootheid als gedrukt",
    "Binnen 1%",
    "Binnen 5%",
];
pub(crate) const DISTANCE: &str = "Afstand";
pub(crate) const UNEXPLAINED: &str = "Onverklaarde verschillen";
pub(crate) const STALE: &str = "Vervallen verklaringen";
pub(crate) const NOT_IN_COMPARISON: &str = "Niet vergeleken kolommen";
pub(crate) const TOTAL: &str = "Totaal";
pub(crate) const ROW: &str = "Rij";
pub(crate) const COLUMN: &str = "Kolom";
pub(crate) const PRINTED: &str = "Gedrukt";
pub(crate) const PRODUCED: &str = "Berekend";
pub(crate) const KIND: &str = "Soort";
pub(crate) const EXPLANATION: &str = "Verklaring";
pub(crate) const REASON: &str = "Reden";
pub(crate) const NONE: &str = "Geen.";
pub(crate) const FACT: &str = "Gegeven";
pub(crate) const VALUE: &str = "Waarde";
pub(crate) const INPUTS: &str = "Invoer";
pub(crate) const INPUTS_TEXT: &str = "Elk bestand dat is gelezen. Met dezelfde bestanden, dezelfde studie en dezelfde versie van het programma komt hetzelfde boek tot stand, teken voor teken.";
pub(crate) const FILE: &str = "Bestand";
pub(crate) const SHA256: &str = "SHA-256";

pub(crate) const NODES: &str = "knopen";
pub(crate) const PAGE: &str = "Pagina";
pub(crate) const OF: &str = "van";
/// What stands on top of each page of invented data.
pub(crate) const SYNTHETIC_LINE: &str = "Synthetische gegevens: berekend uit verzonnen registraties";

/// Behind a cell that is printed otherwise by mistake.
pub(crate) const MISPRINT_MARK: &str = "†";
/// Behind a cell that synthetic data does not bring to the print.
pub(crate) const UNREACHED_MARK: &str = "‡";
/// Behind a cell that nothing explains.
pub(crate) const UNEXPLAINED_MARK: &str = "≠";
pub(crate) const MISPRINT_LEGEND: &str = "De druk heeft hier iets anders: een verklaarde drukfout.";
pub(crate) const UNREACHED_LEGEND: &str =
    "De druk heeft hier iets anders: niet bereikt met verzonnen gegevens.";
pub(crate) const UNEXPLAINED_LEGEND: &str = "De druk heeft hier iets anders, zonder verklaring.";

pub(crate) const KIND_VALUE: &str = "waarde";
pub(crate) const KIND_FORMAT: &str = "schrijfwijze";
pub(crate) const KIND_MISSING_ROW: &str = "rij ontbreekt";
pub(crate) const KIND_EXTRA_ROW: &str = "rij te veel";
pub(crate) const KIND_MISSING_COLUMN: &str = "kolom ontbreekt";
pub(crate) const KIND_ROW_ORDER: &str = "volgorde van rijen";

/// Word at a node of a tree that is not split.
pub(crate) const TERMINAL: &str = "eindknoop";
pub(crate) const NOT_SPLIT: &str = "Niet gesplitst";
pub(crate) const SPLIT_BY: &str = "gesplitst op";
pub(crate) const NUMBERS_IN_TABLE: &str = "De aantallen per knoop staan in de tabel bij deze boom.";
pub(crate) const DRAWING: &str = "Boom";
pub(crate) const TWIN: &str = "Tabel bij de boom";
/// Headers of the two columns of a class.
pub(crate) const CASES: &str = "n";
pub(crate) const SHARE: &str = "%";

/// How many nodes a tree has, and how many of them are not split.
pub(crate) fn tree_size(nodes: usize, terminal: usize) -> String {
    match (nodes, terminal) {
        (1, _) => "Boom met één knoop.".to_owned(),
        _ => format!("Boom met {nodes} knopen, waarvan {terminal} eindknopen."),
    }
}

pub(crate) const NO_DIFFERENCE: &str = "Er is geen verschil";
pub(crate) const NO_SUCH_ROW: &str = "De rij is er niet.";
pub(crate) const NO_SUCH_COLUMN: &str = "De kolom is er niet.";
pub(crate) const NO_SUCH_TABLE: &str = "De tabel is niet vergeleken.";
