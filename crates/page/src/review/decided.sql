-- What was decided about a record by a rule of a round in a run, whether or not it is open for review.
-- input: audit.decisions
-- one row is: the decision
-- source: docs/pages.md, Reviews
select 'verdict' as kind, round as name, step, rule, row_id as record, survivor_id as other, verb, applied, decided_by,
    reviewer, review_reason, reason, evidence
from audit.decisions
where run = $run and round = $name and rule = $rule and row_id = $record
