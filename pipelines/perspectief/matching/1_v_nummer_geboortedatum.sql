-- Zelfde V-nummer en zelfde geboortedatum.
-- invoer: open_left (personen na ronde 2), open_right (DMB), hun geboortedatums
-- een rij is: één mogelijk paar
-- bron: Bijlage 23 (C1, C4), 24 (v1, v2)
select
    l.row_id as left_id,
    r.row_id as right_id,
    'V-nummer en geboortedatum zijn gelijk.' as reason,
    l.sekse = r.sekse as zelfde_sekse,
    l.land_van_herkomst = r.nationaliteit as zelfde_land
from open_left as l
inner join identity.round_2 as li on li.row_id = l.row_id
inner join open_right as r on r.v_ref = l.v_ref
inner join identity.dmb_persoon as ri on ri.row_id = r.row_id and ri.geboortedatum = li.geboortedatum
