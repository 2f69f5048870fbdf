-- How many decisions fit a filter.
-- input: decided, which decided.sql or decided_plain.sql begins
-- one row is: the number
-- source: docs/pages.md, Flow
select count(*) as decisions from decided
