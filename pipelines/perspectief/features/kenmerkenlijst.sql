-- Gegevenswoordenboek: de kenmerken van features.persoon_kenmerken, elk met definitie, eenheid en meetniveau.
-- invoer: referentie/kenmerkenlijst.csv
-- een rij is: één kenmerk
-- bron: Bijlage 14 (volgorde, cluster, label)
select
    k.volgnr,
    k.cluster,
    k.naam,
    k.label_nl,
    k.definitie,
    k.eenheid,
    k.meetniveau,
    k.bronvariabelen,
    k.tabel
from staging.kenmerkenlijst as k
order by k.volgnr, k.naam
