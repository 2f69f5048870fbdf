-- what: one row a person with what was lent
-- input: cleaning.settled, identity.settled, staging.loans, linkage.registry
-- one row is: one person
-- source: Table 1
with lent as (
    select card_ref, sum(books) as books
    from staging.loans
    group by card_ref
)
select p.row_id, p.branch, p.population, p.fee,
       coalesce(l.books, 0) as books,
       completed_years(i.birth_date, $reference_date) >= $adult_age as adult,
       m.right_id is not null as registered
from cleaning.settled p
join identity.settled i on i.row_id = p.row_id
left join lent l on l.card_ref = p.card_ref
left join linkage.registry m on m.left_id = p.row_id
order by p.row_id
