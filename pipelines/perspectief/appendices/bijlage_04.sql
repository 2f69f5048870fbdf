-- Duur van het verblijf in Nederland bij instroom; gemiddelde en standaarddeviatie uit gehele sommen.
-- invoer: kenmerken van personen die bij DMB gevonden zijn, lijst van steunpunten
-- een rij is: één steunpunt, en het totaal
-- bron: Bijlage 4
with duren as (
    select row_id, steunpunt, duur_verblijf_nl as maanden
    from features.persoon
    where duur_verblijf_nl is not null
),

sommen as (
    select
        s.volgnr,
        s.steunpunt,
        count(d.row_id) as n,
        sum(d.maanden) as som,
        sum(d.maanden * d.maanden) as kwadraten
    from staging.steunpunten as s
    left join duren as d on d.steunpunt = s.steunpunt
    group by s.volgnr, s.steunpunt
    union all
    select
        1 + (select max(volgnr) from staging.steunpunten) as volgnr,
        'Total' as steunpunt,
        count(row_id) as n,
        sum(maanden) as som,
        sum(maanden * maanden) as kwadraten
    from duren
)

select
    volgnr,
    steunpunt,
    cast(som as double) / cast(nullif(n, 0) as double) as mean,
    n,
    sqrt(cast(n * kwadraten - som * som as double) / cast(nullif(n * (n - 1), 0) as double)) as std_deviation
from sommen
order by volgnr, steunpunt
