-- Datums volgen op elkaar: eerste registratie, instroom, uitstroom, en niets na de peildatum.
-- invoer: personen na ronde 3, koppeling met DMB
-- een rij is: één persoon met een datum in de verkeerde volgorde
-- bron: Bijlage 23 (C10, C14), 24 (v8b, v17)
select
    p.row_id,
    p.steunpunt,
    p.datum_uitstroom < p.datum_instroom as uitstroom_voor_instroom,
    d.datum_eerste_registratie > p.datum_instroom as instroom_voor_eerste_registratie,
    greatest(p.datum_instroom, p.datum_uitstroom) > $peildatum as na_peildatum
from cleaning.round_3 as p
left join linkage.dmb as l on l.left_id = p.row_id
left join staging.dmb_persoon as d on d.row_id = l.right_id
where
    p.datum_uitstroom < p.datum_instroom
    or d.datum_eerste_registratie > p.datum_instroom
    or greatest(p.datum_instroom, p.datum_uitstroom) > $peildatum
