-- Elk gecodeerd antwoord staat in het codeboek.
-- invoer: antwoorden uit de vragenlijsten, codeboek
-- een rij is: één antwoord met een onbekende code
-- bron: Bijlagen 5-13
select a.steunpunt, a.kenmerk, a.vraag, a.code
from features.antwoorden as a
left join staging.antwoorden as c on c.vraag = a.vraag and c.code = a.code
where a.soort = 'code' and c.code is null
