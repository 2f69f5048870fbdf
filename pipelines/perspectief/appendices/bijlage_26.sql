-- Vragenlijst voor IND-ambtenaren over de samenwerking met elk steunpunt.
-- invoer: referentie vragen_ind
-- een rij is: één vraag
-- bron: Bijlage 26
select
    volgnr,
    code,
    text,
    answer_options,
    cells_alkmaar_almelo,
    merged_into
from staging.vragen_ind
order by volgnr
