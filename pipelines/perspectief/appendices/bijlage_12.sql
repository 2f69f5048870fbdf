-- Antwoorden per steunpunt over samenwerking met de gemeente.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 12; vragen in Bijlage 21 en 22
select
    s.steunpunt,
    max(case when a.kenmerk = 'gemeente_communicatie_stpt' then a.label end) as gemeente_communicatie_stpt,
    max(case when a.kenmerk = 'gemeente_steun' then a.label end) as gemeente_steun,
    max(case when a.kenmerk = 'gemeente_knelpunten' then a.label end) as gemeente_knelpunten,
    max(case when a.kenmerk = 'gemeente_casusoverleg' then a.label end) as gemeente_casusoverleg,
    max(case when a.kenmerk = 'gemeente_communicatie_gem' then a.label end) as gemeente_communicatie_gem,
    max(case when a.kenmerk = 'gemeente_evaluatie' then a.label end) as gemeente_evaluatie
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 12
group by s.steunpunt
order by s.steunpunt
