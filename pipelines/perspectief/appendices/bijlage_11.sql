-- Antwoorden per steunpunt over samenwerking met de IND.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 11; vragen in Bijlage 21
select
    s.steunpunt,
    max(case when a.kenmerk = 'ind_samenwerking' then a.label end) as ind_samenwerking,
    max(case when a.kenmerk = 'ind_speciale_contactpersonen' then a.label end) as ind_speciale_contactpersonen,
    max(case when a.kenmerk = 'ind_communicatie' then a.label end) as ind_communicatie,
    max(case when a.kenmerk = 'ind_knelpunten' then a.label end) as ind_knelpunten
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 11
group by s.steunpunt
order by s.steunpunt
