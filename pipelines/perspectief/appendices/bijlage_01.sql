-- Respons: hoeveel personen er na elke ronde zijn, en hoeveel daarvan bij DMB gevonden zijn.
-- invoer: geleverde en opgeschoonde personen, beslissingen van de rondes, koppeling met DMB
-- een rij is: één stand van de registratie
-- bron: Bijlage 1
with standen as (
    select 1 as volgnr, row_id, 'huidig' as populatie from staging.registratie_1
    union all
    select 2 as volgnr, row_id, populatie from cleaning.round_2
    union all
    select 3 as volgnr, row_id, populatie from cleaning.round_3
    union all
    select 4 as volgnr, p.row_id, p.populatie
    from cleaning.round_2 as p
    inner join linkage.dmb as l on l.left_id = p.row_id
    union all
    select 5 as volgnr, p.row_id, p.populatie
    from cleaning.round_3 as p
    inner join linkage.dmb as l on l.left_id = p.row_id
),

aantallen as (
    select
        volgnr,
        count(case when populatie = 'huidig' then row_id end) as huidig,
        count(case when populatie = 'uitgestroomd' then row_id end) as uitgestroomd,
        count(row_id) as totaal
    from standen
    group by volgnr
),

onbekend as (
    select count(row_id) as n
    from cleaning.round_2
    where populatie = 'huidig' and uitgestroomd = 'onbekend'
),

ronde_3 as (
    select
        count(case when verb = 'move' then row_id end) as uitgestroomd,
        count(case when verb = 'add' then row_id end) as toegevoegd,
        count(case when verb = 'remove' then row_id end) as kinderen
    from audit.decisions
    where round = 'round_3' and applied
),

gevraagd as (
    select count(row_id) as n
    from cleaning.round_2
)

select
    a.volgnr,
    case when a.volgnr <= 3 then 'Perspectief' else 'DMB' end as registratie,
    case a.volgnr
        when 1 then '1e ronde Perspectief'
        when 2 then '2e ronde Perspectief'
        when 3 then '3e ronde Perspectief'
        when 4 then concat('Aanvraag aanvullende gegevens van ', g.n, ' ex-AMV’s (uit 2e ronde Perspectief)')
        when 5 then 'Na opschoning 3e ronde: matches met DMB'
    end as label,
    case a.volgnr
        when 1 then 'Inventarisatie huidige deelnemers'
        when 2 then 'Opschoning 1e ronde & inventarisatie uitgestroomde deelnemers'
        when 3 then 'Opschoning 2e ronde & aanvraag aanvullende informatie'
    end as omschrijving,
    a.huidig,
    a.uitgestroomd,
    a.totaal,
    case when a.volgnr >= 4 then '(gematched)' end as toevoeging,
    case a.volgnr
        when 1 then '* Inclusief dubbelen & kinderen van ex-AMV’s'
        when 2 then concat('** Inclusief ', o.n, ' ex-AMV’s bij wie uitstroom(datum) onbekend is.')
        when 3 then concat(
            '*** ', r.uitgestroomd, ' ex-AMV’s uitgestroomd, ', r.toegevoegd, ' ex-AMV’s toegevoegd, ',
            r.kinderen, ' kinderen van ex-AMV’s uit bestand.'
        )
    end as noot
from onbekend as o
cross join ronde_3 as r
cross join gevraagd as g
cross join aantallen as a
order by a.volgnr
