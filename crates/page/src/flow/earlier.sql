-- New values that earlier rules of the round gave a record, in the order in which they did.
-- input: audit.run_decisions
-- one row is: a decision of an earlier rule
-- source: docs/pages.md, Flow
select changes
from audit.run_decisions
where round = $round and row_id = $row_id and step < $step and applied and verb = 'update'
order by step
