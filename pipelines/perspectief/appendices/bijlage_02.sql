-- Landen van herkomst, van veel naar weinig; bij gelijk aantal in de volgorde van de landenlijst.
-- invoer: personen na ronde 3, landenlijst
-- een rij is: één land van herkomst
-- bron: Bijlage 2
with per_land as (
    select land_van_herkomst as land, count(row_id) as n
    from cleaning.round_3
    group by land_van_herkomst
),

totaal as (
    select count(row_id) as n from cleaning.round_3
)

select
    row_number() over (order by p.n desc, l.volgorde, p.land) as volgnr,
    p.land,
    p.n,
    cast(100 * p.n as double) / cast(t.n as double) as pct
from totaal as t
cross join per_land as p
left join staging.landen as l on l.land = p.land
order by volgnr, p.land
