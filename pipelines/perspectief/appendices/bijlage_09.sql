-- Antwoorden per steunpunt over aanpak en werkwijze van de steunpunten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 9; vragen in Bijlage 21 en 22
select
    s.steunpunt,
    max(case when a.kenmerk = 'aanpak_werkwijze' then a.label end) as aanpak_werkwijze,
    max(case when a.kenmerk = 'verschil_inzicht_gemeente' then a.label end) as verschil_inzicht_gemeente,
    max(case when a.kenmerk = 'toetsing_vooraf' then a.label end) as toetsing_vooraf,
    max(case when a.kenmerk = 'toetsing_door' then a.label end) as toetsing_door,
    max(case when a.kenmerk = 'rol_opvang_huisvesting' then a.label end) as rol_opvang_huisvesting
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 9
group by s.steunpunt
order by s.steunpunt
