-- Elke persoon is huidig of uitgestroomd.
-- invoer: personen na ronde 3
-- een rij is: één persoon met een andere populatie
-- bron: Bijlage 1
select row_id, populatie
from cleaning.round_3
where populatie is null or populatie not in ('huidig', 'uitgestroomd')
