-- Wie pas bij de start van het experiment begon, kan de aanpak van daarvoor niet vergelijken, en omgekeerd.
-- invoer: kenmerken van steunpunten
-- een rij is: één steunpunt waar startdatum en antwoord niet bij elkaar passen
-- bron: Bijlage 7
select steunpunt, startdatum, veranderde_aanpak
from features.steunpunt
where (startdatum >= $start_experiment) <> (veranderde_aanpak = 'n.v.t.')
