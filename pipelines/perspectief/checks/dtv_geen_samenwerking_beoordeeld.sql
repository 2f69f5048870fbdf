-- Geen samenwerking met DT&V, maar die samenwerking wordt wel beschreven of beoordeeld.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één antwoord dat er niet kan zijn
-- bron: Bijlage 10
select s.steunpunt, v.kenmerk, v.label
from features.antwoorden as s
inner join features.antwoorden as v on v.steunpunt = s.steunpunt
where
    s.kenmerk = 'dtv_samenwerking'
    and s.label = 'Geen samenwerking'
    and v.kenmerk in ('dtv_regelmaat', 'dtv_communicatie')
    and v.label <> 'n.v.t.'
