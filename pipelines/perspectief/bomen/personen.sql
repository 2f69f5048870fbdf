-- Personen met alle kenmerken en een kolom Ja of Nee voor elke uitkomst.
-- invoer: kenmerken van personen
-- een rij is: één persoon na ronde 3
-- bron: Bijlage 14 (kenmerken), 30 (uitkomsten)
-- Gedeelde getallen krijgen twee decimalen, zodat zij in een boom te lezen zijn.
select
    k.* replace (
        round(k.uren_per_client, 2) as uren_per_client,
        round(k.caseload_per_medewerker, 2) as caseload_per_medewerker,
        round(k.caseload_per_vaste_medewerker, 2) as caseload_per_vaste_medewerker,
        round(k.clientcontacten_per_maand, 2) as clientcontacten_per_maand
    ),
    case when k.uitkomst = 'verblijfsvergunning' then 'Ja' else 'Nee' end as verblijfsvergunning,
    case when k.uitkomst = 'terugkeer' then 'Ja' else 'Nee' end as terugkeer,
    case when k.uitkomst = 'mob' then 'Ja' else 'Nee' end as mob,
    case when k.uitkomst = 'in_begeleiding' then 'Ja' else 'Nee' end as in_begeleiding
from features.persoon_kenmerken as k
order by k.row_id
