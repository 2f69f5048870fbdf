-- Een persoon komt na ronde 3 precies één keer voor.
-- invoer: personen na ronde 3, kenmerken per persoon
-- een rij is: één regel-id die niet precies één keer voorkomt
-- bron: Bijlage 1 (3e ronde)
select p.row_id, count(k.row_id) as keren
from cleaning.round_3 as p
left join features.persoon_kenmerken as k on k.row_id = p.row_id
group by p.row_id
having count(k.row_id) <> 1
