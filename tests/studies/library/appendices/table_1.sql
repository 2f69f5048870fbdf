-- what: members by branch
-- input: derived.member
-- one row is: one branch
-- source: Table 1
select branch, count(*) as members, sum(books) as books,
       cast(100 * sum(books) as double) / sum(sum(books)) over () as share
from derived.member
group by branch
order by branch
