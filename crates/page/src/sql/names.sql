-- The columns of all tables that the reader may see, in order.
-- input: information_schema.columns, of the session of the reader
-- one row is: a column
-- source: SQL-92, information schema
select table_schema, table_name, column_name, data_type
from information_schema.columns
where table_schema <> 'information_schema'
order by table_schema, table_name, ordinal_position
