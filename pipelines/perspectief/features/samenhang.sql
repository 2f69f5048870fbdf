-- Samenhang van elk kenmerk met elke uitkomst: CHAID van één stap per kenmerk (samenvoegen, chi-kwadraat, Bonferroni).
-- invoer: kenmerken en uitkomst van elke persoon, gegevenswoordenboek
-- een rij is: één kenmerk bij één uitkomst, over alle personen of over wie is uitgestroomd
-- bron: Bijlage 14-20
-- De lijsten volgen het meetniveau van features.kenmerkenlijst (controle samenhang_meetniveau). Een persoon telt niet mee bij een uitkomst
-- die leeg is: zo gaat elke toets van de uitgestroomden alleen over hen.
select
    t.outcome as uitkomst,
    k.volgnr,
    k.cluster,
    k.naam,
    k.label_nl,
    t.level as meetniveau,
    t.n,
    t.missing as ontbrekend,
    t.categories as categorieen,
    t.groups as groepen,
    t.grouping as indeling,
    t.chi,
    t.df,
    t.p_raw as p_ongecorrigeerd,
    t.multiplier as factor,
    t.p,
    t.significant as samenhang,
    t.p_holm,
    t.p_benjamini_hochberg,
    t.status
from
    chaid_screen(
        (
            select
                *,
                uitkomst = 'verblijfsvergunning' as verblijfsvergunning,
                uitkomst = 'terugkeer' as terugkeer,
                uitkomst = 'mob' as mob,
                uitkomst = 'in_begeleiding' as in_begeleiding,
                case when populatie = 'uitgestroomd' then uitkomst = 'verblijfsvergunning' end as verblijf_uitgestroomd,
                case when populatie = 'uitgestroomd' then uitkomst = 'terugkeer' end as terugkeer_uitgestroomd,
                case when populatie = 'uitgestroomd' then uitkomst = 'mob' end as mob_uitgestroomd
            from features.persoon_kenmerken
        ),
        outcome => [
            verblijfsvergunning, terugkeer, mob, in_begeleiding, verblijf_uitgestroomd, terugkeer_uitgestroomd, mob_uitgestroomd
        ],
        nominal => [
            verantwoordelijke_organisatie, juristen_op_steunpunt, juridische_bijstand_extern,
            gemeente_knelpunten, gemeente_casusoverleg, ind_samenwerking, gemeente_ind_samenwerking,
            ind_speciale_contactpersonen, ind_knelpunten, dtv_regelmaat_dtv, dtv_regelmaat_steunpunt,
            dtv_knelpunten, dtv_deelname_lto, gemeente_dtv_samenwerking, gebaseerd_op_utrecht,
            veranderde_aanpak, andere_activiteiten, leefgeld_verstrekking, consequenties_geen_actie,
            aanpak_werkwijze, aanpak_hard_zacht, verschil_inzicht_gemeente, traject, contract,
            trajectplan, wie_bepaalt_traject, deadline_traject, toetsing_vooraf, huiskamer_outreach,
            huiskamer_aanwezig, huiskamer_locatie, huiskamer_doelgroepen, land_van_herkomst, sekse,
            psychiatrische_diagnose, lichamelijke_klachten, vastlopend_dossier, beroep_groep, vbm,
            vbm_voor_na_instroom
        ],
        ordinal => [
            gemeente_communicatie_steunpunt, gemeente_steun, gemeente_communicatie_gemeente,
            gemeente_evaluatie, ind_communicatie, dtv_communicatie, huiskamer_rol, kinderen
        ],
        scale => [
            aantal_vaste_medewerkers, aantal_vrijwilligers, uren_vaste_medewerkers, uren_per_client,
            caseload_per_medewerker, caseload_per_vaste_medewerker, duur_verblijf_perspectief,
            startdatum, clientcontacten_per_maand, huiskamer_dagdelen, datum_instroom,
            leeftijd_bij_instroom, duur_verblijf_nl, leeftijd_bij_binnenkomst, jaar_bekend,
            leeftijd_bekend, aantal_asielaanvragen, leeftijd_eerste_gehoor, aantal_beroep,
            aantal_beroep_ac, aantal_beroep_ar, aantal_beroep_vk, duur_vbm, aantal_buiten_schuld,
            aantal_procedures, aantal_regulier
        ],
        missing => 'dropped', min_parent => 0, min_child => 0
    ) as t
inner join features.kenmerkenlijst as k on k.naam = t.predictor
order by t.outcome, k.volgnr, k.naam
