-- In een boom heeft elk kenmerk het meetniveau van het gegevenswoordenboek.
-- invoer: knopen van alle bomen, gegevenswoordenboek
-- een rij is: één kenmerk met een ander meetniveau in een boom, of dat niet in het gegevenswoordenboek staat
-- bron: Bijlage 14 (meetniveaus), 30
select
    b.sectie,
    b.naam,
    b.meetniveau,
    k.meetniveau as volgens_woordenboek
from bomen.knopen as b
left join staging.kenmerkenlijst as k on k.naam = b.naam
where b.naam is not null and b.meetniveau is distinct from k.meetniveau
order by b.sectie, b.naam
