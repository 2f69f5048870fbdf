-- Perioden van bewaring van één persoon overlappen elkaar; de dagen tellen dan dubbel.
-- invoer: DMB, vreemdelingenbewaring
-- een rij is: één periode die in een latere van dezelfde persoon doorloopt
-- bron: Bijlage 24 (v10g2)
select eerst.row_id, later.row_id as overlapt_met
from staging.dmb_bewaring as eerst
inner join staging.dmb_bewaring as later on later.v_ref = eerst.v_ref
where
    (later.van > eerst.van or (later.van = eerst.van and later.row_id > eerst.row_id))
    and later.van < coalesce(eerst.tot, $peildatum)
