-- Vragenlijst voor DT&V-ambtenaren over de samenwerking met elk steunpunt.
-- invoer: referentie vragen_dtv
-- een rij is: één vraag
-- bron: Bijlage 25
select
    volgnr,
    code,
    text,
    answer_options,
    cells_alkmaar_almelo,
    merged_into
from staging.vragen_dtv
order by volgnr
