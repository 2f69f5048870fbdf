-- Bomen van elke uitkomst over de huiskamer; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 5), CHAID met de standaardinstellingen van SPSS
select
    'huiskamer' as analyse,
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
        huiskamer_outreach,
        huiskamer_aanwezig,
        huiskamer_locatie,
        huiskamer_doelgroepen
    ],
    ordinal => [
        huiskamer_rol
    ],
    scale => [
        huiskamer_dagdelen
    ]
)
order by uitkomst, knoop
