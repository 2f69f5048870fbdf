-- De nummers in het gegevenswoordenboek lopen door en elke naam komt één keer voor.
-- invoer: gegevenswoordenboek
-- een rij is: één naam of nummer dat niet precies één keer voorkomt
-- bron: Bijlage 14
with genummerd as (
    select
        volgnr,
        naam,
        row_number() over (order by volgnr, naam) as verwacht,
        count(naam) over (partition by naam) as keren
    from features.kenmerkenlijst
)

select volgnr, naam, verwacht, keren
from genummerd
where volgnr <> verwacht or keren <> 1
