-- Geen vaste medewerkers, wel cliënten: de caseload per vaste medewerker is niet te bepalen.
-- invoer: kenmerken van steunpunten
-- een rij is: één steunpunt zonder vaste medewerkers
-- bron: Bijlagen 4 en 5
select steunpunt, aantal_vaste_medewerkers, aantal_clienten
from features.steunpunt
where aantal_vaste_medewerkers = 0 and aantal_clienten > 0
