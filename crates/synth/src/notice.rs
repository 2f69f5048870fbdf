//! The notice that stands beside the data.

/// Keeps git from touching line ends: they are part of the data.
pub const GIT_ATTRIBUTES: &str = "raw/** -text\n";

/// What the folder holds and that nobody in it exists.
pub fn text(scale: u32, seed: u64) -> String {
    let shown = if scale == 1 {
        String::new()
    } else {
        format!("\nDeze map bevat {scale} keer zoveel personen, voor metingen.\n")
    };
    format!(
        "# Synthetische registraties\n\
\n\
Alle personen in deze map zijn verzonnen. Namen, V-nummers, datums en levenslopen zijn gemaakt door de generator\n\
`crates/synth` (startgetal {seed}) en gaan over niemand; een overeenkomst met een bestaand persoon is toeval.\n\
De generator is afgestemd op gepubliceerde tabellen (aantallen per land, sekse, steunpunt, maand van verblijf, wijze van\n\
uitstroom en de gedrukte antwoorden van steunpunten) en op de gedrukte toetsen van Bijlage 14 tot en met 20: een zoekprogramma\n\
koos verzonnen datums, antwoorden en uitkomsten waarbij dezelfde toetsen ongeveer dezelfde uitslag geven. Zeer veel\n\
verzinsels passen even goed; over werkelijke personen of steunpunten zegt dit niets.\n\
Antwoorden die niet per steunpunt zijn gedrukt, zijn verzonnen.\n\
{shown}\
\n\
| map | wat |\n\
|---|---|\n\
| `raw/round_1/` | registratielijsten per steunpunt, huidige deelnemers (Bijlage 23), met dubbelen en kinderen |\n\
| `raw/round_2/correctie/`, `raw/round_2/uitstroom/` | verbeterde regels en uitgestroomde deelnemers |\n\
| `raw/round_3/uitstroom/`, `raw/round_3/toevoeging/` | late uitstroom en toegevoegde deelnemers |\n\
| `raw/dmb/` | uittreksel uit de DMB (Bijlage 24): personen, beroepen, bewaring, procedures |\n\
| `raw/questionnaires/` | gecodeerde antwoorden (Bijlagen 21, 22, 25, 26) |\n\
\n\
De bestanden zijn met opzet rommelig: scheidingstekens, tekensets, datumnotaties, spellingen en dubbele regels zoals\n\
steunpunten ze aanleveren. Niet met de hand wijzigen: `make data` schrijft ze opnieuw,\n\
byte voor byte gelijk.\n"
    )
}
