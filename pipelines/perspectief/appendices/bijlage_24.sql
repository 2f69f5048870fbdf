-- Gegevens die aan DMB per ex-AMV zijn gevraagd.
-- invoer: referentie dmb_lijst
-- een rij is: één gevraagd gegeven
-- bron: Bijlage 24
select
    volgnr,
    code,
    text
from staging.dmb_lijst
order by volgnr
