-- Leeftijden in hele jaren; de geboortedatum zelf gaat niet verder dan deze stap.
-- invoer: personen na ronde 3, hun geboortedatum (C4) en die bij DMB (v2), koppeling met DMB
-- een rij is: één persoon na ronde 3
-- bron: Bijlage 14 (leeftijden), 23 (C4, C10), 24 (v2, v8b, v10a)
select
    p.row_id,
    completed_years(i.geboortedatum, p.datum_instroom) as leeftijd_bij_instroom,
    completed_years(i.geboortedatum, d.datum_eerste_registratie) as leeftijd_bij_binnenkomst,
    completed_years(di.geboortedatum, d.datum_eerste_registratie) as leeftijd_bekend,
    completed_years(di.geboortedatum, d.datum_eerste_beslissing) as leeftijd_eerste_gehoor
from cleaning.round_3 as p
inner join identity.round_3 as i on i.row_id = p.row_id
left join linkage.dmb as l on l.left_id = p.row_id
left join staging.dmb_persoon as d on d.row_id = l.right_id
left join identity.dmb_persoon as di on di.row_id = l.right_id
order by p.row_id
