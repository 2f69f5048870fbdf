-- Bomen van de gedrukte lijst die niet gegroeid zijn.
-- invoer: lijst van bomen, knopen van alle bomen
-- een rij is: één boom zonder wortel
-- bron: Bijlage 30
select
    l.volgnr,
    l.sectie,
    l.titel
from staging.bomenlijst as l
where
    l.volgnr not in (select volgnr from bomen.knopen where ouder is null)
order by l.volgnr
