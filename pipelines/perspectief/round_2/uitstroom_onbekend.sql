-- Uitstroom onbekend: volgens C13 (misschien) uitgestroomd, maar niet op de lijst van uitgestroomden. Blijft huidig, met vlag.
-- invoer: records, identities, lijsten van uitgestroomde deelnemers van ronde 2
-- een rij is: één huidige deelnemer van wie de uitstroom niet vaststaat
-- bron: Bijlage 1 (noot **), Bijlage 23 (C13, C14)
with gemeld as (
    select distinct u.v_ref, ui.geboortedatum
    from staging.registratie_2_uitstroom as u
    inner join identity.registratie_2_uitstroom as ui on ui.row_id = u.row_id
    where u.v_ref is not null
)

select
    r.row_id,
    'update' as verb,
    cast(null as varchar) as survivor_id,
    case
        when r.uitgestroomd = 'ja' and r.datum_uitstroom is null
            then 'Volgens het steunpunt uitgestroomd, maar zonder datum en niet op de lijst van uitgestroomden: uitstroom onbekend.'
        when r.uitgestroomd = 'ja'
            then 'Volgens het steunpunt uitgestroomd, maar niet op de lijst van uitgestroomden: uitstroom onbekend.'
        else 'Het steunpunt weet niet of de cliënt is uitgestroomd en de lijst van uitgestroomden noemt hem niet: uitstroom onbekend.'
    end as reason,
    r.uitgestroomd as opgave_steunpunt,
    'onbekend' as set_uitgestroomd
from records as r
inner join identities as i on i.row_id = r.row_id
left join gemeld as g on g.v_ref = r.v_ref and g.geboortedatum = i.geboortedatum
where r.populatie = 'huidig' and r.uitgestroomd in ('ja', 'onbekend') and g.v_ref is null
