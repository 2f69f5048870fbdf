-- Leden van de stuurgroep.
-- invoer: referentie begeleidingscommissie
-- een rij is: één lid
-- bron: Bijlage 29
select
    volgnr,
    text,
    aanhef,
    naam,
    functie,
    rol
from staging.begeleidingscommissie
order by volgnr
