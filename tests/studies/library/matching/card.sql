-- what: the same card
-- input: open_left, open_right
-- one row is: one candidate pair
-- source: invented
select l.row_id as left_id, r.row_id as right_id, 'same card' as reason
from open_left l
join open_right r on r.card_ref = l.card_ref
