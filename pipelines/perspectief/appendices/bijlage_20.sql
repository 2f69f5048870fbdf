-- Samenhang van elk kenmerk met vertrek met onbekende bestemming, over wie is uitgestroomd.
-- invoer: samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk
-- bron: Bijlage 20
select
    s.cluster as cluster_printed,
    s.label_nl as kenmerk,
    s.samenhang,
    s.volgnr
from features.samenhang as s
where s.uitkomst = 'mob_uitgestroomd'
order by volgnr, kenmerk
