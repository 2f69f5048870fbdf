-- What is open for review in a run, a page of it, with the number of all that fit.
-- input: audit.open_reviews
-- one row is: a verdict or a pair that is open
-- source: docs/pages.md, Reviews
select kind, name, step, rule, record, other, verb, outcome, reason, count(*) over () as total
from audit.open_reviews
where run = $run
    and ($wanted = ''
        or strpos(lower(concat_ws(' ', name, rule, record, other, reason, evidence)), lower($wanted)) > 0)
order by kind desc, name, step, record, other
limit $rows offset $skipped
