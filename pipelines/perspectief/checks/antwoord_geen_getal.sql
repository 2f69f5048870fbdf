-- Waar een getal gevraagd is, is een heel getal geantwoord.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één antwoord dat geen getal is
-- bron: Bijlage 5
select steunpunt, kenmerk, vraag, code
from features.antwoorden
where soort = 'getal' and rang is null
