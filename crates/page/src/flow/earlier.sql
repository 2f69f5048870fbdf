-- New values that earlier rules of the round gave a record, in the order in which they did.
select changes
from audit.run_decisions
where round = $round and row_id = $row_id and step < $step and applied and verb = 'update'
order by step
