-- De vraag is naar dagdelen, het antwoord is in dagen of zonder eenheid.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één antwoord in een andere eenheid
-- bron: Bijlage 6
select steunpunt, label as huiskamer_openingsduur, rang as gelezen_als_dagdelen
from features.antwoorden
where kenmerk = 'huiskamer_openingsduur' and label <> 'n.v.t.' and label not like '%dagde%'
