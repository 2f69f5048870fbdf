-- Gegevens die de steunpunten per ex-AMV registreerden.
-- invoer: referentie registratielijst
-- een rij is: één gevraagd gegeven
-- bron: Bijlage 23
select
    volgnr,
    code,
    text
from staging.registratielijst
order by volgnr
