-- Vaste medewerkers met onwaarschijnlijk weinig uren.
-- invoer: kenmerken van steunpunten
-- een rij is: één steunpunt met minder uren per medewerker dan de grens
-- bron: Bijlage 5
select steunpunt, aantal_vaste_medewerkers, uren_vaste_medewerkers
from features.steunpunt
where uren_vaste_medewerkers < $uren_minimum * aantal_vaste_medewerkers
