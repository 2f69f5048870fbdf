-- Bomen van elke uitkomst over de asielachtergrond van de ex-AMV’s; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 7), CHAID met de standaardinstellingen van SPSS
select
    'asielachtergrond' as analyse,
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
        beroep_groep,
        vbm,
        vbm_voor_na_instroom
    ],
    scale => [
        jaar_bekend,
        leeftijd_bekend,
        aantal_asielaanvragen,
        leeftijd_eerste_gehoor,
        aantal_beroep,
        aantal_beroep_ac,
        aantal_beroep_ar,
        aantal_beroep_vk,
        duur_vbm,
        aantal_buiten_schuld,
        aantal_procedures,
        aantal_regulier
    ]
)
order by uitkomst, knoop
