-- Antwoorden per steunpunt over samenwerking met DT&V.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 10; vragen in Bijlage 21 en 25
select
    s.steunpunt,
    max(case when a.kenmerk = 'dtv_samenwerking' then a.label end) as dtv_samenwerking,
    max(case when a.kenmerk = 'dtv_regelmaat' then a.label end) as dtv_regelmaat,
    max(case when a.kenmerk = 'dtv_deelname_lto' then a.label end) as dtv_deelname_lto,
    max(case when a.kenmerk = 'dtv_communicatie' then a.label end) as dtv_communicatie,
    max(case when a.kenmerk = 'dtv_knelpunten' then a.label end) as dtv_knelpunten
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 10
group by s.steunpunt
order by s.steunpunt
