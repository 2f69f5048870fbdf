-- what: people on the list of leavers who are not in the records
-- input: staging.leavers, records
-- one row is: one added record
-- source: invented
select l.row_id, 'add' as verb, cast(null as varchar) as survivor_id, 'on the list of leavers' as reason, 'left' as set_population
from staging.leavers l
where not exists (select 1 from records r where r.card_ref = l.card_ref)
