-- The quarantine of a run, a page of it: of each refused value as many columns as the reader may see.
select *
from audit.quarantine
where run = $run
order by source, file, line, "column"
limit $rows offset $skipped
