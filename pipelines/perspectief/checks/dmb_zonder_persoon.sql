-- Een procedure, beroep of bewaring bij DMB hoort bij niemand in de lijst van personen en telt dus nergens mee.
-- invoer: DMB: personen, procedures, beroepen, bewaring
-- een rij is: één regel zonder persoon
-- bron: Bijlage 24 (v1)
with regels as (
    select 'procedure' as soort_regel, row_id, v_ref from staging.dmb_procedure
    union all
    select 'beroep' as soort_regel, row_id, v_ref from staging.dmb_beroep
    union all
    select 'bewaring' as soort_regel, row_id, v_ref from staging.dmb_bewaring
)

select r.soort_regel, r.row_id
from regels as r
left join staging.dmb_persoon as p on p.v_ref = r.v_ref
where p.row_id is null
