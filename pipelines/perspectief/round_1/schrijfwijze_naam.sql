-- Eén persoon onder twee schrijfwijzen van de naam: bijna gelijke namen, en een V-nummer dat ontbreekt of op een tikfout na gelijk is.
-- invoer: records, identities
-- een rij is: één registratie die opgaat in een andere
-- bron: Bijlage 1 (noot *), Bijlage 23 (C1-C6, C10)
with personen as (
    select
        r.row_id,
        r.populatie,
        r.steunpunt,
        r.sekse,
        r.land_van_herkomst,
        r.datum_instroom,
        i.geboortedatum,
        i.v_nummer,
        case when i.v_nummer is null then 1 else 0 end as zonder_nummer,
        fold_name(concat(i.voornaam, i.achternaam)) as naam
    from records as r
    inner join identities as i on i.row_id = r.row_id
),

paren as (
    select
        minder.row_id,
        beter.row_id as overblijver,
        beter.datum_instroom,
        jaro_winkler(minder.naam, beter.naam) as gelijkenis,
        levenshtein(minder.v_nummer, beter.v_nummer) as afstand
    from personen as minder
    inner join personen as beter
        on minder.populatie = beter.populatie
        and minder.steunpunt = beter.steunpunt
        and minder.sekse = beter.sekse
        and minder.land_van_herkomst = beter.land_van_herkomst
        and minder.geboortedatum = beter.geboortedatum
    where
        (
            minder.zonder_nummer > beter.zonder_nummer
            or (minder.zonder_nummer = beter.zonder_nummer and minder.datum_instroom > beter.datum_instroom)
            or (
                minder.zonder_nummer = beter.zonder_nummer
                and minder.datum_instroom = beter.datum_instroom
                and minder.row_id > beter.row_id
            )
        )
        and 100 * jaro_winkler(minder.naam, beter.naam) >= $gelijkenis_naam
        and coalesce(levenshtein(minder.v_nummer, beter.v_nummer), 1) between 1 and $tikfouten_v_nummer
),

gekozen as (
    select
        row_id,
        overblijver,
        gelijkenis,
        afstand,
        row_number() over (partition by row_id order by gelijkenis desc, datum_instroom, overblijver) as rang
    from paren
)

select
    row_id,
    'merge' as verb,
    overblijver as survivor_id,
    'Andere schrijfwijze van de naam; zelfde geboortedatum, sekse en land, V-nummer ontbreekt of is op een tikfout na gelijk.' as reason,
    gelijkenis as gelijkenis_naam,
    afstand as tekens_verschil_v_nummer
from gekozen
where rang = 1 and overblijver not in (select row_id from paren)
