-- Kinderen die op de lijst volwassen lijken: de geboortedatum bij DMB maakt hen bij instroom jonger dan de grens.
-- invoer: records, koppeling met DMB, geboortedatum bij DMB (v2)
-- een rij is: één kind dat van de lijst gaat
-- bron: Bijlage 1 (noot ***), Bijlage 23 (C4, C10), Bijlage 24 (v2)
select
    r.row_id,
    'remove' as verb,
    cast(null as varchar) as survivor_id,
    'Volgens de geboortedatum bij DMB bij instroom jonger dan de leeftijdsgrens: kind van een cliënt, geen deelnemer.' as reason,
    completed_years(d.geboortedatum, r.datum_instroom) as leeftijd_volgens_dmb,
    l.right_id as dmb_regel
from records as r
inner join linkage.dmb as l on l.left_id = r.row_id
inner join identity.dmb_persoon as d on d.row_id = l.right_id
where completed_years(d.geboortedatum, r.datum_instroom) < $leeftijd_kind
