-- One decision: of a rule of a round about a record.
-- input: audit.run_decisions
-- one row is: the decision
-- source: docs/pages.md, Flow
select *
from audit.run_decisions
where round = $round and rule = $rule and row_id = $row_id
