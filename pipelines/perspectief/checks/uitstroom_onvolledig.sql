-- Wie is uitgestroomd heeft een datum en een reden; wie huidig is heeft ze niet.
-- invoer: personen na ronde 3
-- een rij is: één persoon met een onvolledige of tegenstrijdige uitstroom
-- bron: Bijlage 23 (C13-C16)
select row_id, steunpunt, populatie, uitgestroomd
from cleaning.round_3
where
    (populatie = 'uitgestroomd' and (datum_uitstroom is null or reden_beeindiging is null))
    or (populatie = 'huidig' and datum_uitstroom is not null)
