-- Samenhang van elk kenmerk met vertrek met onbekende bestemming, over alle personen.
-- invoer: samenhang van kenmerken en uitkomsten
-- een rij is: één kenmerk
-- bron: Bijlage 16
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
where s.uitkomst = 'mob'
order by volgnr, kenmerk
