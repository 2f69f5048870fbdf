-- Een vraag is niet gesteld: het antwoord ontbreekt en is geen categorie.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één ontbrekend antwoord
-- bron: Bijlage 12
select steunpunt, kenmerk
from features.antwoorden
where label = 'Niet gevraagd'
