-- Elk land van herkomst staat op de landenlijst, en dus in een groep van Bijlage 3.
-- invoer: personen na ronde 3, landenlijst
-- een rij is: één persoon met een land buiten de lijst
-- bron: Bijlagen 2 en 3
select p.row_id, p.land_van_herkomst
from cleaning.round_3 as p
left join staging.landen as l on l.land = p.land_van_herkomst
where l.land is null
