-- Geen huiskamer, maar wel een antwoord op een vraag over de huiskamer.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één antwoord dat er niet kan zijn
-- bron: Bijlage 6
select h.steunpunt, v.kenmerk, v.label
from features.antwoorden as h
inner join features.antwoorden as v on v.steunpunt = h.steunpunt
where
    h.kenmerk = 'huiskamer_aanwezig'
    and h.label = 'Nee'
    and v.kenmerk in (
        'huiskamer_locatie', 'huiskamer_openingsduur', 'huiskamer_doelgroepen', 'huiskamer_outreach', 'huiskamer_rol'
    )
    and v.label <> 'n.v.t.'
