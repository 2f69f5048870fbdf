-- Late toevoeging: een deelnemer die pas in ronde 3 is geregistreerd en nog niet op de lijst staat.
-- invoer: records, identities, nagekomen registraties van ronde 3
-- een rij is: één deelnemer die erbij komt
-- bron: Bijlage 1 (noot ***), Bijlage 23 (C1-C17)
with bekend as (
    select distinct r.v_ref, i.geboortedatum
    from records as r
    inner join identities as i on i.row_id = r.row_id
    where r.v_ref is not null
)

select
    t.row_id,
    'add' as verb,
    cast(null as varchar) as survivor_id,
    'Door het steunpunt in ronde 3 alsnog geregistreerd; nog niet op de lijst.' as reason,
    'huidig' as set_populatie
from staging.registratie_3_toevoeging as t
inner join identities as i on i.row_id = t.row_id
left join bekend as b on b.v_ref = t.v_ref and b.geboortedatum = i.geboortedatum
where b.v_ref is null
