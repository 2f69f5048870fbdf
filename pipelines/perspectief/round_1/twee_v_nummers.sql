-- Eén persoon onder twee V-nummers: dezelfde naam en geboortedatum, en een tikfout in het V-nummer.
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
        fold_name(i.voornaam) as voornaam,
        fold_name(i.achternaam) as achternaam
    from records as r
    inner join identities as i on i.row_id = r.row_id
    where i.v_nummer is not null
),

paren as (
    select
        later.row_id,
        eerder.row_id as overblijver,
        eerder.datum_instroom,
        levenshtein(later.v_nummer, eerder.v_nummer) as afstand
    from personen as later
    inner join personen as eerder
        on later.populatie = eerder.populatie
        and later.steunpunt = eerder.steunpunt
        and later.sekse = eerder.sekse
        and later.land_van_herkomst = eerder.land_van_herkomst
        and later.geboortedatum = eerder.geboortedatum
        and later.voornaam = eerder.voornaam
        and later.achternaam = eerder.achternaam
    where
        (
            later.datum_instroom > eerder.datum_instroom
            or (later.datum_instroom = eerder.datum_instroom and later.row_id > eerder.row_id)
        )
        and levenshtein(later.v_nummer, eerder.v_nummer) between 1 and $tikfouten_v_nummer
),

gekozen as (
    select
        row_id,
        overblijver,
        afstand,
        row_number() over (partition by row_id order by datum_instroom, overblijver) as rang
    from paren
)

select
    row_id,
    'merge' as verb,
    overblijver as survivor_id,
    'Zelfde naam, geboortedatum, sekse en land, V-nummers op een tikfout na gelijk. De vroegste instroom blijft.' as reason,
    afstand as tekens_verschil_v_nummer
from gekozen
where rang = 1 and overblijver not in (select row_id from paren)
