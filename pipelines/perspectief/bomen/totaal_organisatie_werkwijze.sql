-- Bomen van elke uitkomst over alles van de steunpunten: organisatie, samenwerking, werkwijze, contracten en huiskamer; de kenmerken worden samen aangeboden.
-- invoer: personen met kenmerken en uitkomsten
-- een rij is: één knoop van de boom van één uitkomst
-- bron: Bijlage 30 (deelanalyse 8), CHAID met de standaardinstellingen van SPSS
select
    'totaal_organisatie_werkwijze' as analyse,
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
        juridische_bijstand_extern,
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
        gemeente_dtv_samenwerking,
        gebaseerd_op_utrecht,
        veranderde_aanpak,
        andere_activiteiten,
        leefgeld_verstrekking,
        consequenties_geen_actie,
        aanpak_werkwijze,
        aanpak_hard_zacht,
        verschil_inzicht_gemeente,
        traject,
        contract,
        trajectplan,
        wie_bepaalt_traject,
        deadline_traject,
        toetsing_vooraf,
        huiskamer_outreach,
        huiskamer_aanwezig,
        huiskamer_locatie,
        huiskamer_doelgroepen
    ],
    ordinal => [
        gemeente_communicatie_steunpunt,
        gemeente_steun,
        gemeente_communicatie_gemeente,
        gemeente_evaluatie,
        ind_communicatie,
        dtv_communicatie,
        huiskamer_rol
    ],
    scale => [
        aantal_vaste_medewerkers,
        aantal_vrijwilligers,
        uren_vaste_medewerkers,
        uren_per_client,
        caseload_per_medewerker,
        caseload_per_vaste_medewerker,
        duur_verblijf_perspectief,
        startdatum,
        clientcontacten_per_maand,
        huiskamer_dagdelen
    ]
)
order by uitkomst, knoop
