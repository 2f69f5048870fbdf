-- Elk kenmerk van het gegevenswoordenboek is bij elke uitkomst getoetst, op het meetniveau dat daar staat.
-- invoer: gegevenswoordenboek, samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk bij één uitkomst dat ontbreekt of op een ander meetniveau is getoetst
-- bron: Bijlage 14-20
with uitkomsten as (
    select uitkomst
    from features.samenhang
    group by uitkomst
)

select
    u.uitkomst,
    k.naam,
    k.meetniveau,
    s.meetniveau as getoetst_als
from features.kenmerkenlijst as k
cross join uitkomsten as u
left join features.samenhang as s on s.naam = k.naam and s.uitkomst = u.uitkomst
where s.meetniveau is distinct from k.meetniveau
