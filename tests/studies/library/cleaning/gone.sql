-- what: a remark that says so moves a member to the leavers, and who never paid is removed
-- input: records
-- one row is: one judged record
-- source: invented
select row_id,
       case when fee >= 20 then 'move' else 'update' end as verb,
       cast(null as varchar) as survivor_id,
       case when fee >= 20 then 'paid for life and left' else 'fee rounded up' end as reason,
       case when fee >= 20 then 'left' end as set_population,
       case when fee < 20 then cast(10 as decimal(18, 6)) end as set_fee
from records
where fee >= 20 or fee between 6 and 8
