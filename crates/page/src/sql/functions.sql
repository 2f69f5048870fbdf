-- The functions that a query may call.
select distinct routine_name
from information_schema.routines
order by routine_name
