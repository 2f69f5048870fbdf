-- Samenhang van elk kenmerk met terugkeer, over alle personen.
-- invoer: samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk
-- bron: Bijlage 15
select
    s.cluster as cluster_printed,
    s.label_nl as kenmerk,
    s.samenhang,
    case when s.samenhang then s.p end as p,
    case when s.samenhang then s.chi end as chi,
    case when s.samenhang then s.df end as df,
    s.meetniveau,
    s.categorieen,
    s.volgnr
from features.samenhang as s
where s.uitkomst = 'terugkeer'
order by volgnr, kenmerk
