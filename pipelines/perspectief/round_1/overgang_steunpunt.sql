-- Overgang: één persoon die bij twee steunpunten op de lijst staat, telt bij het steunpunt waar hij het laatst instroomde.
-- invoer: records, identities
-- een rij is: één registratie bij een eerder steunpunt, die opgaat in die bij het laatste
-- bron: Bijlage 1 (noot *), Bijlage 23 (C1-C5, C10, C13, C14)
with personen as (
    select
        r.row_id,
        r.populatie,
        r.v_ref,
        r.steunpunt,
        r.sekse,
        r.datum_instroom,
        r.uitgestroomd,
        i.geboortedatum,
        fold_name(i.voornaam) as voornaam
    from records as r
    inner join identities as i on i.row_id = r.row_id
    where r.v_ref is not null
),

geordend as (
    select
        row_id,
        steunpunt,
        voornaam,
        uitgestroomd,
        first_value(row_id) over laatst as overblijver,
        first_value(steunpunt) over laatst as steunpunt_overblijver,
        first_value(voornaam) over laatst as voornaam_overblijver
    from personen
    window laatst as (
        partition by populatie, v_ref, sekse, geboortedatum order by datum_instroom desc, row_id
        rows unbounded preceding
    )
)

select
    row_id,
    'merge' as verb,
    overblijver as survivor_id,
    case
        when uitgestroomd = 'ja'
            then 'Overgang naar een ander steunpunt, door het eerdere steunpunt als uitstroom gemeld. De laatste instroom blijft.'
        else 'Overgang naar een ander steunpunt, bij het eerdere steunpunt niet uitgeschreven. De laatste instroom blijft.'
    end as reason,
    steunpunt as van_steunpunt,
    steunpunt_overblijver as naar_steunpunt,
    jaro_winkler(voornaam, voornaam_overblijver) as gelijkenis_voornaam
from geordend
where steunpunt <> steunpunt_overblijver and 100 * jaro_winkler(voornaam, voornaam_overblijver) >= $gelijkenis_dubbel
