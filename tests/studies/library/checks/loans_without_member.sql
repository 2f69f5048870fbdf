-- what: loans on a card that nobody has
-- input: staging.loans, cleaning.settled
-- one row is: one loan
-- source: Table 1
select l.row_id, l.lent_on, l.books
from staging.loans l
where not exists (select 1 from cleaning.settled p where p.card_ref = l.card_ref)
