-- Zelfde V-nummer en sekse, andere geboortedatum.
-- invoer: open_left (personen na ronde 2), open_right (DMB)
-- een rij is: één mogelijk paar
-- bron: Bijlage 23 (C1, C5), 24 (v1, v4)
select
    l.row_id as left_id,
    r.row_id as right_id,
    'V-nummer en sekse zijn gelijk, de geboortedatum verschilt.' as reason,
    l.land_van_herkomst = r.nationaliteit as zelfde_land
from open_left as l
inner join open_right as r on r.v_ref = l.v_ref and r.sekse = l.sekse
