-- Samenhang van elk kenmerk met het verkrijgen van een verblijfsvergunning, over wie is uitgestroomd.
-- invoer: samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk
-- bron: Bijlage 18
select
    s.cluster as cluster_printed,
    s.label_nl as kenmerk,
    s.samenhang,
    s.volgnr
from features.samenhang as s
where s.uitkomst = 'verblijf_uitgestroomd'
order by volgnr, kenmerk
