-- Kenmerken van de steunpunten, zoals zij in de analyses van Bijlage 14-20 gaan.
-- invoer: antwoorden uit de vragenlijsten, lijst van steunpunten, kenmerken van personen (voor caseload)
-- een rij is: één steunpunt
-- bron: Bijlage 14 (lijst van kenmerken), 5-13 (antwoorden)
-- Nominaal = het woord uit het codeboek; ordinaal = het rangnummer van het antwoord, met 0 voor 'n.v.t.'; 'Niet gevraagd' is ontbrekend.
with antwoorden as (
    select
        steunpunt,
        kenmerk,
        case when label <> 'Niet gevraagd' then label end as label,
        rang
    from features.antwoorden
),

per_steunpunt as (
    select
        steunpunt,
        max(case when kenmerk = 'verantwoordelijke_organisatie' then label end) as verantwoordelijke_organisatie,
        max(case when kenmerk = 'aantal_vaste_medewerkers' then rang end) as aantal_vaste_medewerkers,
        max(case when kenmerk = 'aantal_vrijwilligers_stagiaires' then rang end) as aantal_vrijwilligers,
        max(case when kenmerk = 'uren_vaste_medewerkers' then rang end) as uren_vaste_medewerkers,
        max(case when kenmerk = 'juristen_op_steunpunt' then label end) as juristen_op_steunpunt,
        max(case when kenmerk = 'externe_juridische_bijstand' then label end) as juridische_bijstand_extern,
        max(case when kenmerk = 'gemeente_communicatie_stpt' then rang end) as gemeente_communicatie_steunpunt,
        max(case when kenmerk = 'gemeente_steun' then rang end) as gemeente_steun,
        max(case when kenmerk = 'gemeente_knelpunten' then label end) as gemeente_knelpunten,
        max(case when kenmerk = 'gemeente_casusoverleg' then label end) as gemeente_casusoverleg,
        max(case when kenmerk = 'gemeente_communicatie_gem' then rang end) as gemeente_communicatie_gemeente,
        max(case when kenmerk = 'gemeente_evaluatie' then rang end) as gemeente_evaluatie,
        max(case when kenmerk = 'ind_samenwerking' then label end) as ind_samenwerking,
        max(case when kenmerk = 'gemeente_ind_samenwerking' then label end) as gemeente_ind_samenwerking,
        max(case when kenmerk = 'ind_speciale_contactpersonen' then label end) as ind_speciale_contactpersonen,
        max(case when kenmerk = 'ind_communicatie' then rang end) as ind_communicatie,
        max(case when kenmerk = 'ind_knelpunten' then label end) as ind_knelpunten,
        max(case when kenmerk = 'dtv_regelmaat_dtv' then label end) as dtv_regelmaat_dtv,
        max(case when kenmerk = 'dtv_regelmaat' then label end) as dtv_regelmaat_steunpunt,
        max(case when kenmerk = 'dtv_knelpunten' then label end) as dtv_knelpunten,
        max(case when kenmerk = 'dtv_deelname_lto' then label end) as dtv_deelname_lto,
        max(case when kenmerk = 'dtv_communicatie' then rang end) as dtv_communicatie,
        max(case when kenmerk = 'gemeente_dtv_samenwerking' then label end) as gemeente_dtv_samenwerking,
        max(case when kenmerk = 'gebaseerd_op_utrecht' then label end) as gebaseerd_op_utrecht,
        max(case when kenmerk = 'aanpak_anders_na_deelname' then label end) as veranderde_aanpak,
        max(case when kenmerk = 'startdatum' then cast(label as date) end) as startdatum,
        max(case when kenmerk = 'andere_activiteiten' then label end) as andere_activiteiten,
        max(case when kenmerk = 'leefgeld_verstrekking' then label end) as leefgeld_verstrekking,
        max(case when kenmerk = 'consequenties_geen_actie' then label end) as consequenties_geen_actie,
        max(case when kenmerk = 'aanpak_werkwijze' then label end) as aanpak_werkwijze,
        max(case when kenmerk = 'verschil_inzicht_gemeente' then label end) as verschil_inzicht_gemeente,
        max(case when kenmerk = 'contract' then label end) as contract,
        max(case when kenmerk = 'trajectplan' then label end) as trajectplan,
        max(case when kenmerk = 'wie_bepaalt_traject' then label end) as wie_bepaalt_traject,
        max(case when kenmerk = 'deadline_traject' then label end) as deadline_traject,
        max(case when kenmerk = 'toetsing_vooraf' then label end) as toetsing_vooraf,
        max(case when kenmerk = 'huiskamer_outreach' then label end) as huiskamer_outreach,
        max(case when kenmerk = 'huiskamer_rol' then rang end) as huiskamer_rol,
        max(case when kenmerk = 'huiskamer_aanwezig' then label end) as huiskamer_aanwezig,
        max(case when kenmerk = 'huiskamer_locatie' then label end) as huiskamer_locatie,
        max(case when kenmerk = 'huiskamer_doelgroepen' then label end) as huiskamer_doelgroepen,
        max(case when kenmerk = 'huiskamer_openingsduur' then rang end) as huiskamer_dagdelen
    from antwoorden
    group by steunpunt
),

clienten as (
    select
        steunpunt,
        count(case when populatie = 'huidig' then row_id end) as aantal
    from features.persoon
    group by steunpunt
)

select
    s.row_id,
    s.steunpunt,
    coalesce(c.aantal, 0) as aantal_clienten,
    p.verantwoordelijke_organisatie,
    p.aantal_vaste_medewerkers,
    p.aantal_vrijwilligers,
    p.uren_vaste_medewerkers,
    cast(p.uren_vaste_medewerkers as double) / cast(nullif(c.aantal, 0) as double) as uren_per_client,
    cast(c.aantal as double)
    / cast(nullif(p.aantal_vaste_medewerkers + p.aantal_vrijwilligers, 0) as double) as caseload_per_medewerker,
    cast(c.aantal as double) / cast(nullif(p.aantal_vaste_medewerkers, 0) as double) as caseload_per_vaste_medewerker,
    p.juristen_op_steunpunt,
    p.juridische_bijstand_extern,
    p.gemeente_communicatie_steunpunt,
    p.gemeente_steun,
    p.gemeente_knelpunten,
    p.gemeente_casusoverleg,
    p.gemeente_communicatie_gemeente,
    p.gemeente_evaluatie,
    p.ind_samenwerking,
    p.gemeente_ind_samenwerking,
    p.ind_speciale_contactpersonen,
    p.ind_communicatie,
    p.ind_knelpunten,
    p.dtv_regelmaat_dtv,
    p.dtv_regelmaat_steunpunt,
    p.dtv_knelpunten,
    p.dtv_deelname_lto,
    p.dtv_communicatie,
    p.gemeente_dtv_samenwerking,
    p.gebaseerd_op_utrecht,
    p.veranderde_aanpak,
    p.startdatum,
    p.andere_activiteiten,
    p.leefgeld_verstrekking,
    p.consequenties_geen_actie,
    p.aanpak_werkwijze,
    case
        when p.aanpak_werkwijze in ('Confrontatie/realisme', 'Lineair/planmatig', 'Maatwerk, lineair & planmatig') then 'hard'
        when p.aanpak_werkwijze in ('Cyclisch/presentie', 'Maatwerk/integraal', 'Zowel cyclisch als maatwerk') then 'zacht'
    end as aanpak_hard_zacht,
    p.verschil_inzicht_gemeente,
    p.contract,
    p.trajectplan,
    p.wie_bepaalt_traject,
    p.deadline_traject,
    p.toetsing_vooraf,
    p.huiskamer_outreach,
    p.huiskamer_rol,
    p.huiskamer_aanwezig,
    p.huiskamer_locatie,
    p.huiskamer_doelgroepen,
    p.huiskamer_dagdelen
from staging.steunpunten as s
left join per_steunpunt as p on p.steunpunt = s.steunpunt
left join clienten as c on c.steunpunt = s.steunpunt
order by s.steunpunt, s.row_id
