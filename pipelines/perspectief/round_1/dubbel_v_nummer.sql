-- Dubbele registratie: hetzelfde V-nummer en dezelfde geboortedatum, twee keer op de lijst van één steunpunt.
-- invoer: records, identities
-- een rij is: één registratie die opgaat in een andere
-- bron: Bijlage 1 (noot *), Bijlage 23 (C1-C5, C10)
with personen as (
    select
        r.row_id,
        r.populatie,
        r.v_ref,
        r.steunpunt,
        r.sekse,
        r.datum_instroom,
        i.geboortedatum,
        fold_name(i.voornaam) as voornaam
    from records as r
    inner join identities as i on i.row_id = r.row_id
    where r.v_ref is not null
),

geordend as (
    select
        row_id,
        voornaam,
        first_value(row_id) over eerst as overblijver,
        first_value(voornaam) over eerst as voornaam_overblijver
    from personen
    window eerst as (
        partition by populatie, v_ref, steunpunt, sekse, geboortedatum order by datum_instroom, row_id
        rows unbounded preceding
    )
)

select
    row_id,
    'merge' as verb,
    overblijver as survivor_id,
    'Zelfde V-nummer, geboortedatum en sekse bij hetzelfde steunpunt: dubbel geregistreerd. De vroegste instroom blijft.' as reason,
    jaro_winkler(voornaam, voornaam_overblijver) as gelijkenis_voornaam
from geordend
where row_id <> overblijver and 100 * jaro_winkler(voornaam, voornaam_overblijver) >= $gelijkenis_dubbel
