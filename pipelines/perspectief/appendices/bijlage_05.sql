-- Antwoorden per steunpunt over inrichting en organisatie van de steunpunten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 5; vragen in Bijlage 21
select
    s.steunpunt,
    cast(max(case when a.kenmerk = 'aantal_vaste_medewerkers' then a.label end) as bigint) as aantal_vaste_medewerkers,
    cast(max(case when a.kenmerk = 'uren_vaste_medewerkers' then a.label end) as bigint) as uren_vaste_medewerkers,
    cast(max(case when a.kenmerk = 'aantal_vrijwilligers_stagiaires' then a.label end) as bigint) as aantal_vrijwilligers_stagiaires,
    max(case when a.kenmerk = 'juristen_op_steunpunt' then a.label end) as juristen_op_steunpunt,
    max(case when a.kenmerk = 'organisatie_juridische_bijstand' then a.label end) as organisatie_juridische_bijstand,
    max(case when a.kenmerk = 'verantwoordelijke_organisatie' then a.label end) as verantwoordelijke_organisatie,
    max(case when a.kenmerk = 'andere_organisatie_betrokken' then a.label end) as andere_organisatie_betrokken
from staging.steunpunten as s
left join features.antwoorden as a on a.steunpunt = s.steunpunt and a.bijlage = 5
group by s.steunpunt
order by s.steunpunt
