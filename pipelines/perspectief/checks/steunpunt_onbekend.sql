-- Elke persoon hoort bij een steunpunt van de lijst.
-- invoer: personen na ronde 3, lijst van steunpunten
-- een rij is: één persoon met een onbekend steunpunt
-- bron: Bijlage 4
select p.row_id, p.steunpunt
from cleaning.round_3 as p
left join staging.steunpunten as s on s.steunpunt = p.steunpunt
where s.steunpunt is null
