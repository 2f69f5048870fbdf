-- Vragenlijst voor de directie van de IND; een code kan vaker voorkomen.
-- invoer: referentie vragen_ind_centraal
-- een rij is: één vraag
-- bron: Bijlage 28
select
    volgnr,
    code,
    code_occurrence,
    text
from staging.vragen_ind_centraal
order by volgnr
