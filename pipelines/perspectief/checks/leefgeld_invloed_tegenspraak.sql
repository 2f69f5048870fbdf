-- De vraag naar de invloed van leefgeld is alleen voor wie het zelf verstrekt; het antwoord past daar niet bij.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één steunpunt waar het antwoord niet bij de verstrekker past
-- bron: Bijlage 8
select l.steunpunt, l.label as leefgeld_verstrekking, i.label as leefgeld_invloed_relatie
from features.antwoorden as l
inner join features.antwoorden as i on i.steunpunt = l.steunpunt
where
    l.kenmerk = 'leefgeld_verstrekking'
    and i.kenmerk = 'leefgeld_invloed_relatie'
    and (l.label = 'Steunpunt medewerker') <> (i.label <> 'n.v.t.')
