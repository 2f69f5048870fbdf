-- Antwoorden per steunpunt over bereik en mogelijkheden van cliënten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 8; vragen in Bijlage 21
select
    s.steunpunt,
    max(case when a.kenmerk = 'bereik' then a.label end) as bereik,
    max(case when a.kenmerk = 'andere_activiteiten' then a.label end) as andere_activiteiten,
    max(case when a.kenmerk = 'studie_stage' then a.label end) as studie_stage,
    max(case when a.kenmerk = 'leefgeld_verstrekking' then a.label end) as leefgeld_verstrekking,
    max(case when a.kenmerk = 'leefgeld_invloed_relatie' then a.label end) as leefgeld_invloed_relatie
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 8
group by s.steunpunt
order by s.steunpunt
