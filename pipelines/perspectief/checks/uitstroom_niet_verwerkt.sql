-- Elke regel van de lijsten van uitgestroomden is toegevoegd, of de persoon staat al bij de uitgestroomden.
-- invoer: lijsten van uitgestroomden van ronde 2 en 3, beslissingen, personen na ronde 3
-- een rij is: één geleverde regel die nergens is gebleven
-- bron: Bijlage 1 (2e en 3e ronde)
with geleverd as (
    select row_id, v_ref, steunpunt from staging.registratie_2_uitstroom
    union all
    select row_id, v_ref, steunpunt from staging.registratie_3_uitstroom
),

uitgestroomd as (
    select distinct v_ref from cleaning.round_3 where populatie = 'uitgestroomd' and v_ref is not null
)

select g.row_id, g.steunpunt
from geleverd as g
left join audit.decisions as b on b.row_id = g.row_id and b.verb = 'add'
left join uitgestroomd as u on u.v_ref = g.v_ref
where b.row_id is null and u.v_ref is null
