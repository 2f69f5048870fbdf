-- Elk steunpunt beantwoordt elke vraag precies één keer.
-- invoer: steunpunten, kenmerken, antwoorden
-- een rij is: één steunpunt en kenmerk met geen of meer antwoorden
-- bron: Bijlagen 5-13
select s.steunpunt, k.question_key as kenmerk, count(a.row_id) as antwoorden
from staging.steunpunten as s
cross join staging.kenmerk as k
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.kenmerk = k.question_key
group by s.steunpunt, k.question_key
having count(a.row_id) <> 1
