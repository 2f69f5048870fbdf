-- Zelfde geboortedatum, sekse en nationaliteit; het V-nummer ontbreekt of klopt niet.
-- invoer: open_left (personen na ronde 2), open_right (DMB), hun V-nummers en geboortedatums
-- een rij is: één mogelijk paar
-- bron: Bijlage 23 (C4-C6), 24 (v2-v4)
-- Een bijna gelijk V-nummer is bewijs, geen voorwaarde: tweelingen delen al het andere en hebben vaak opeenvolgende nummers.
select
    l.row_id as left_id,
    r.row_id as right_id,
    'Geboortedatum, sekse en nationaliteit zijn gelijk; het V-nummer ontbreekt of klopt niet.' as reason,
    levenshtein(li.v_nummer, ri.v_nummer) as tekens_verschil_v_nummer
from open_left as l
inner join identity.round_2 as li on li.row_id = l.row_id
inner join identity.dmb_persoon as ri on ri.geboortedatum = li.geboortedatum
inner join open_right as r
    on r.row_id = ri.row_id and r.sekse = l.sekse and r.nationaliteit = l.land_van_herkomst
