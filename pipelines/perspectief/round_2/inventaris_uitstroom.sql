-- Inventarisatie van de uitgestroomde deelnemers: elke regel van de geleverde lijsten komt erbij, tenzij de persoon al op de lijst staat.
-- invoer: records, identities, lijsten van uitgestroomde deelnemers van ronde 2
-- een rij is: één uitgestroomde deelnemer die erbij komt
-- bron: Bijlage 1 (2e ronde), Bijlage 23 (C13-C17)
with bekend as (
    select distinct r.v_ref, i.geboortedatum
    from records as r
    inner join identities as i on i.row_id = r.row_id
    where r.v_ref is not null
)

select
    u.row_id,
    'add' as verb,
    cast(null as varchar) as survivor_id,
    'Door het steunpunt geleverd op de lijst van uitgestroomde deelnemers.' as reason,
    'uitgestroomd' as set_populatie
from staging.registratie_2_uitstroom as u
inner join identities as i on i.row_id = u.row_id
left join bekend as b on b.v_ref = u.v_ref and b.geboortedatum = i.geboortedatum
where b.v_ref is null
