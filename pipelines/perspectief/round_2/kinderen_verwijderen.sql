-- Kinderen van cliënten zijn geen deelnemers: wie bij instroom jonger is dan de grens, gaat van de lijst.
-- invoer: records, identities
-- een rij is: één kind dat van de lijst gaat
-- bron: Bijlage 1 (noot *), Bijlage 23 (C3, C4, C7, C10)
with personen as (
    select
        r.row_id,
        r.steunpunt,
        r.v_ref,
        r.sekse,
        completed_years(i.geboortedatum, r.datum_instroom) as leeftijd,
        fold_name(i.achternaam) as achternaam
    from records as r
    inner join identities as i on i.row_id = r.row_id
),

kinderen as (
    select row_id, steunpunt, v_ref, leeftijd, achternaam
    from personen
    where leeftijd < $leeftijd_kind
),

moeders as (
    select
        k.row_id,
        min(m.row_id) as moeder_id,
        count(case when m.v_ref = k.v_ref then m.row_id end) as met_zelfde_nummer
    from kinderen as k
    inner join personen as m on m.steunpunt = k.steunpunt
    where
        m.sekse = 'vrouw'
        and m.leeftijd >= $leeftijd_kind
        and (m.achternaam = k.achternaam or m.v_ref = k.v_ref)
    group by k.row_id
)

select
    k.row_id,
    'remove' as verb,
    cast(null as varchar) as survivor_id,
    'Bij instroom jonger dan de leeftijdsgrens: kind van een cliënt, geen deelnemer.' as reason,
    k.leeftijd as leeftijd_bij_instroom,
    m.moeder_id as mogelijke_moeder,
    coalesce(m.met_zelfde_nummer, 0) > 0 as v_nummer_van_moeder
from kinderen as k
left join moeders as m on m.row_id = k.row_id
