-- Er is een huiskamer, maar zij is nooit open.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één steunpunt met een gesloten huiskamer
-- bron: Bijlage 6
select h.steunpunt, o.label as huiskamer_openingsduur
from features.antwoorden as h
inner join features.antwoorden as o on o.steunpunt = h.steunpunt
where
    h.kenmerk = 'huiskamer_aanwezig'
    and h.label = 'Ja'
    and o.kenmerk = 'huiskamer_openingsduur'
    and o.rang = 0
