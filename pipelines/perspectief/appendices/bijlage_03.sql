-- Groep van landen van herkomst naar sekse; een land buiten de landenlijst valt op als lege groep.
-- invoer: personen na ronde 3, landenlijst (groep van Bijlage 3)
-- een rij is: één groep van landen, en het totaal
-- bron: Bijlage 3
with personen as (
    select p.row_id, p.sekse, l.groep, l.groep_volgnr
    from cleaning.round_3 as p
    left join staging.landen as l on l.land = p.land_van_herkomst
),

geteld as (
    select
        groep_volgnr as volgnr,
        groep as land_groep,
        count(case when sekse = 'vrouw' then row_id end) as vrouw_n,
        count(case when sekse = 'man' then row_id end) as man_n,
        count(row_id) as totaal_n
    from personen
    group by groep_volgnr, groep
    union all
    select
        max(groep_volgnr) + 1 as volgnr,
        'Totaal' as land_groep,
        count(case when sekse = 'vrouw' then row_id end) as vrouw_n,
        count(case when sekse = 'man' then row_id end) as man_n,
        count(row_id) as totaal_n
    from personen
)

select
    volgnr,
    land_groep,
    vrouw_n,
    man_n,
    totaal_n,
    cast(100 * vrouw_n as double) / cast(totaal_n as double) as vrouw_pct,
    cast(100 * man_n as double) / cast(totaal_n as double) as man_pct,
    cast(100 * totaal_n as double) / cast(totaal_n as double) as totaal_pct
from geteld
order by volgnr, land_groep
