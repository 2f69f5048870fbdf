-- Na ronde 3 staat van een huidige deelnemer nog steeds niet vast of hij is uitgestroomd.
-- invoer: personen na ronde 3
-- een rij is: één huidige deelnemer met onbekende uitstroom
-- bron: Bijlage 1 (noot **)
select row_id, steunpunt
from cleaning.round_3
where populatie = 'huidig' and uitgestroomd = 'onbekend'
