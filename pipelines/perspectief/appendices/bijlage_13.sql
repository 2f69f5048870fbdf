-- Antwoorden per steunpunt over contracten en trajecten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 13; vragen in Bijlage 21
select
    s.steunpunt,
    max(case when a.kenmerk = 'contract' then a.label end) as contract,
    max(case when a.kenmerk = 'trajectplan' then a.label end) as trajectplan,
    max(case when a.kenmerk = 'overige_trajecten' then a.label end) as overige_trajecten,
    max(case when a.kenmerk = 'deadline_traject' then a.label end) as deadline_traject,
    max(case when a.kenmerk = 'consequenties_geen_actie' then a.label end) as consequenties_geen_actie
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 13
group by s.steunpunt
order by s.steunpunt
