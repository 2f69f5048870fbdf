-- Bomen van elke uitkomst over de werkwijze van de steunpunten; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 3), CHAID met de standaardinstellingen van SPSS
select
    'werkwijze' as analyse,
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
        gebaseerd_op_utrecht,
        veranderde_aanpak,
        andere_activiteiten,
        leefgeld_verstrekking,
        consequenties_geen_actie,
        aanpak_werkwijze,
        aanpak_hard_zacht,
        verschil_inzicht_gemeente
    ],
    scale => [
        duur_verblijf_perspectief,
        startdatum,
        clientcontacten_per_maand
    ]
)
order by uitkomst, knoop
