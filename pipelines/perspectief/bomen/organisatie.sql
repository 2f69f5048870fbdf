-- Bomen van elke uitkomst over de organisatievorm van de steunpunten; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 1), CHAID met de standaardinstellingen van SPSS
select
    'organisatie' as analyse,
    outcome as uitkomst,
    node as knoop,
    parent as ouder,
    members as leden,
    class_labels as klassen,
    class_counts as aantallen,
    predictor as kenmerk,
    level as meetniveau,
    chi,
    df,
    p,
    stop as reden
from chaid(
    (select * from bomen.personen),
    outcome => [verblijfsvergunning, terugkeer, mob, in_begeleiding],
    nominal => [
        verantwoordelijke_organisatie,
        juristen_op_steunpunt,
        juridische_bijstand_extern
    ],
    scale => [
        aantal_vaste_medewerkers,
        aantal_vrijwilligers,
        uren_vaste_medewerkers,
        uren_per_client,
        caseload_per_medewerker,
        caseload_per_vaste_medewerker
    ]
)
order by uitkomst, knoop
