-- A page of the decisions that fit a filter.
-- input: decided, which decided.sql or decided_plain.sql begins
-- one row is: a decision
-- source: docs/pages.md, Flow
select * from decided order by row_id limit $rows offset $skipped
