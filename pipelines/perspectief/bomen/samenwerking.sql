-- Bomen van elke uitkomst over de samenwerking van de steunpunten met gemeente, IND en DT&V; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 2), CHAID met de standaardinstellingen van SPSS
select
    'samenwerking' as analyse,
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
        gemeente_knelpunten,
        gemeente_casusoverleg,
        ind_samenwerking,
        gemeente_ind_samenwerking,
        ind_speciale_contactpersonen,
        ind_knelpunten,
        dtv_regelmaat_dtv,
        dtv_regelmaat_steunpunt,
        dtv_knelpunten,
        dtv_deelname_lto,
        gemeente_dtv_samenwerking
    ],
    ordinal => [
        gemeente_communicatie_steunpunt,
        gemeente_steun,
        gemeente_communicatie_gemeente,
        gemeente_evaluatie,
        ind_communicatie,
        dtv_communicatie
    ]
)
order by uitkomst, knoop
