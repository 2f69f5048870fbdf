-- what: the same birth date
-- input: open_left, open_right, identity.settled, identity.registry
-- one row is: one candidate pair
-- source: invented
select l.row_id as left_id, r.row_id as right_id, 'same birth date' as reason
from open_left l
join identity.settled li on li.row_id = l.row_id
join identity.registry ri on ri.birth_date = li.birth_date
join open_right r on r.row_id = ri.row_id
