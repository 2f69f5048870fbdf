-- Elk antwoord uit de vragenlijsten, met het woord en de rang die het codeboek ervoor geeft.
-- invoer: vragenlijsten van steunpunten, gemeenten, DT&V en IND; kenmerken (welke vraag hoort bij welk kenmerk); codeboek
-- een rij is: één antwoord over één steunpunt
-- bron: Bijlagen 5-13 (antwoorden), 21, 22, 25 en 26 (vragen)
with gegeven as (
    select 'steunpunt' as vragenlijst, row_id, steunpunt, vraag, antwoord from staging.vragenlijst_steunpunt
    union all
    select 'gemeente' as vragenlijst, row_id, steunpunt, vraag, antwoord from staging.vragenlijst_gemeente
    union all
    select 'dtv' as vragenlijst, row_id, steunpunt, vraag, antwoord from staging.vragenlijst_dtv
    union all
    select 'ind' as vragenlijst, row_id, steunpunt, vraag, antwoord from staging.vragenlijst_ind
)

select
    g.row_id,
    g.steunpunt,
    k.question_key as kenmerk,
    k.bijlage,
    k.soort,
    g.vragenlijst,
    g.vraag,
    g.antwoord as code,
    coalesce(c.label, g.antwoord) as label,
    case
        when c.label = 'n.v.t.' then 0
        when k.soort = 'getal' then try_cast(g.antwoord as bigint)
        else c.waarde
    end as rang
from gegeven as g
inner join staging.kenmerk as k on k.vragenlijst = g.vragenlijst and k.vraag = g.vraag
left join staging.antwoorden as c on c.vraag = g.vraag and c.code = g.antwoord
order by g.steunpunt, k.question_key, g.row_id
