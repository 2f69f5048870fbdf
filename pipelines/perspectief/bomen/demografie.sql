-- Bomen van elke uitkomst over de demografie van de ex-AMV’s; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 6), CHAID met de standaardinstellingen van SPSS
select
    'demografie' as analyse,
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
        land_van_herkomst,
        sekse,
        psychiatrische_diagnose,
        lichamelijke_klachten,
        vastlopend_dossier
    ],
    ordinal => [
        kinderen
    ],
    scale => [
        datum_instroom,
        leeftijd_bij_instroom,
        duur_verblijf_nl,
        leeftijd_bij_binnenkomst
    ]
)
order by uitkomst, knoop
