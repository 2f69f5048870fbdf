-- Geen juristen op het steunpunt, maar juridische bijstand door juristen binnen het steunpunt.
-- invoer: antwoorden uit de vragenlijsten
-- een rij is: één steunpunt dat zichzelf tegenspreekt
-- bron: Bijlage 5
select j.steunpunt, j.label as juristen_op_steunpunt, o.label as juridische_bijstand
from features.antwoorden as j
inner join features.antwoorden as o on o.steunpunt = j.steunpunt
where
    j.kenmerk = 'juristen_op_steunpunt'
    and j.label = 'Nee'
    and o.kenmerk = 'organisatie_juridische_bijstand'
    and o.label like '%binnen%'
