select * from decided order by row_id
