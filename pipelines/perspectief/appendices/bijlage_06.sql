-- Antwoorden per steunpunt over de huiskamers van de steunpunten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 6; vragen in Bijlage 21
select
    s.steunpunt,
    max(case when a.kenmerk = 'huiskamer_aanwezig' then a.label end) as huiskamer_aanwezig,
    max(case when a.kenmerk = 'huiskamer_locatie' then a.label end) as huiskamer_locatie,
    max(case when a.kenmerk = 'huiskamer_openingsduur' then a.label end) as huiskamer_openingsduur,
    max(case when a.kenmerk = 'huiskamer_doelgroepen' then a.label end) as huiskamer_doelgroepen,
    max(case when a.kenmerk = 'huiskamer_outreach' then a.label end) as huiskamer_outreach,
    max(case when a.kenmerk = 'huiskamer_rol' then a.label end) as huiskamer_rol
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 6
group by s.steunpunt
order by s.steunpunt
