-- Samenhang van elk kenmerk met terugkeer, over wie is uitgestroomd.
-- invoer: samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk
-- bron: Bijlage 19
select
    s.cluster as cluster_printed,
    s.label_nl as kenmerk,
    s.samenhang,
    s.volgnr
from features.samenhang as s
where s.uitkomst = 'terugkeer_uitgestroomd'
order by volgnr, kenmerk
