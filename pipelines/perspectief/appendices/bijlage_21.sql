-- Vragenlijst voor de steunpunten, in de gedrukte volgorde.
-- invoer: referentie vragen_steunpunt
-- een rij is: één vraag
-- bron: Bijlage 21
select
    volgnr,
    code,
    text,
    section,
    section_order,
    printed_block
from staging.vragen_steunpunt
order by volgnr
