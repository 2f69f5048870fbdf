-- what: a population that is not declared
-- input: cleaning.settled
-- one row is: one record
-- source: invented
select row_id, population from cleaning.settled where population not in ('active', 'left')
