-- The quarantine of a run, a page of it: of each refused value as many columns as the reader may see.
-- input: audit.quarantine
-- one row is: a refused value
-- source: docs/pages.md, Nights
select *
from audit.quarantine
where run = $run
order by source, file, line, "column"
limit $rows offset $skipped
