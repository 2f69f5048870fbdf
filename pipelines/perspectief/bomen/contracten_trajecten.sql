-- Bomen van elke uitkomst over contracten en trajecten; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 4), CHAID met de standaardinstellingen van SPSS
select
    'contracten_trajecten' as analyse,
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
        traject,
        contract,
        trajectplan,
        wie_bepaalt_traject,
        deadline_traject,
        toetsing_vooraf
    ]
)
order by uitkomst, knoop
