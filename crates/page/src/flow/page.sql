select * from decided order by row_id limit $rows offset $skipped
