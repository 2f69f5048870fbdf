-- Late uitstroom: een huidige deelnemer die het steunpunt in ronde 3 alsnog als uitgestroomd opgeeft.
-- invoer: records, identities, nagekomen opgaven van uitstroom van ronde 3
-- een rij is: één deelnemer die van huidig naar uitgestroomd gaat
-- bron: Bijlage 1 (noot ***), Bijlage 23 (C13-C17)
with opgaven as (
    select
        u.row_id,
        u.v_ref,
        ui.geboortedatum,
        u.datum_uitstroom,
        u.beeindigd_door,
        u.reden_beeindiging,
        row_number() over (partition by u.v_ref, ui.geboortedatum order by u.datum_uitstroom desc, u.row_id) as rang
    from staging.registratie_3_uitstroom as u
    inner join identity.registratie_3_uitstroom as ui on ui.row_id = u.row_id
    where u.uitgestroomd = 'ja' and u.datum_uitstroom is not null
)

select
    r.row_id,
    'move' as verb,
    cast(null as varchar) as survivor_id,
    'Het steunpunt gaf de uitstroom in ronde 3 alsnog op, met datum.' as reason,
    o.row_id as opgave,
    r.uitgestroomd as eerdere_opgave,
    'uitgestroomd' as set_populatie,
    'ja' as set_uitgestroomd,
    o.datum_uitstroom as set_datum_uitstroom,
    o.beeindigd_door as set_beeindigd_door,
    o.reden_beeindiging as set_reden_beeindiging
from records as r
inner join identities as i on i.row_id = r.row_id
inner join opgaven as o on o.v_ref = r.v_ref and o.geboortedatum = i.geboortedatum
where r.populatie = 'huidig' and o.rang = 1
