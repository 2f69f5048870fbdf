-- One thing that is open for review in a run.
-- input: audit.open_reviews
-- one row is: what is open
-- source: docs/pages.md, Reviews
select kind, name, step, rule, record, record_table, other, other_table, verb, outcome, reason, evidence
from audit.open_reviews
where run = $run and name = $name and rule = $rule and record = $record and coalesce(other, '') = $other
