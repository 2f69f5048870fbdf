-- The functions that a query may call.
-- input: information_schema.routines, of the session of the reader
-- one row is: a function
-- source: SQL-92, information schema
select distinct routine_name
from information_schema.routines
order by routine_name
