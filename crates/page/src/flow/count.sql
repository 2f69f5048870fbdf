select count(*) as decisions from decided
