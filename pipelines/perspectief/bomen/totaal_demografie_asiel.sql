-- Bomen van elke uitkomst over alles van de ex-AMV’s: demografie en asielachtergrond; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 9), CHAID met de standaardinstellingen van SPSS
select
    'totaal_demografie_asiel' as analyse,
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
        vastlopend_dossier,
        beroep_groep,
        vbm,
        vbm_voor_na_instroom
    ],
    ordinal => [
        kinderen
    ],
    scale => [
        datum_instroom,
        leeftijd_bij_instroom,
        duur_verblijf_nl,
        leeftijd_bij_binnenkomst,
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
