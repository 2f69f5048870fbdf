-- Bomen van elke deelanalyse en uitkomst, elk met haar omvang en eerste splitsing.
-- invoer: lijst van bomen, knopen van alle bomen
-- een rij is: één boom
-- bron: Bijlage 30
with omvang as (
    select
        volgnr,
        count(*) as knopen
    from bomen.knopen
    group by volgnr
),

wortels as (
    select
        volgnr,
        ja,
        ja + nee as n,
        case when reden is null then kenmerk end as kenmerk,
        case when reden is null then p end as p,
        case when reden is null then chi end as chi,
        case when reden is null then df end as df
    from bomen.knopen
    where ouder is null
)

select
    l.volgnr,
    l.sectie,
    l.parent_sectie,
    l.parent_uitkomst,
    l.titel,
    w.n,
    w.ja,
    o.knopen,
    w.kenmerk,
    w.p,
    w.chi,
    w.df
from staging.bomenlijst as l
left join wortels as w on w.volgnr = l.volgnr
left join omvang as o on o.volgnr = l.volgnr
order by l.volgnr
