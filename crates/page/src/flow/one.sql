-- One decision: of a rule of a round about a record.
select *
from audit.run_decisions
where round = $round and rule = $rule and row_id = $row_id
