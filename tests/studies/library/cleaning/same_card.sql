-- what: a card that two branches list is one person; the later registration stays
-- input: records
-- one row is: one record that disappears
-- source: invented
with ranked as (
    select row_id, card_ref, joined,
           first_value(row_id) over (partition by card_ref order by joined desc, row_id) as kept,
           row_number() over (partition by card_ref order by joined desc, row_id) as place
    from records
    where card_ref is not null
)
select row_id, 'merge' as verb, kept as survivor_id, 'same card, registered earlier' as reason, joined as joined_before
from ranked
where place > 1
