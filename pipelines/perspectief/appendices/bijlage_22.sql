-- Vragenlijst voor de gemeenten, in de gedrukte volgorde.
-- invoer: referentie vragen_gemeente
-- een rij is: één vraag
-- bron: Bijlage 22
select
    volgnr,
    code,
    text,
    section,
    section_order,
    printed_block
from staging.vragen_gemeente
order by volgnr
