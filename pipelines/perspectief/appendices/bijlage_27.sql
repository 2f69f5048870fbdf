-- Vragenlijst voor de directie van DT&V; een code kan vaker voorkomen.
-- invoer: referentie vragen_dtv_centraal
-- een rij is: één vraag
-- bron: Bijlage 27
select
    volgnr,
    code,
    code_occurrence,
    text
from staging.vragen_dtv_centraal
order by volgnr
