-- Kenmerken en uitkomst van elke persoon; zonder DMB-gegevens ontbreken de kenmerken van de asielachtergrond.
-- invoer: personen na ronde 3, koppeling met DMB, DMB-gegevens (persoon, procedures, beroepen, bewaring), leeftijden
-- een rij is: één persoon na ronde 3
-- bron: Bijlage 14 (lijst van kenmerken), 23 (C1-C17), 24 (v1-v17)
with personen as (
    select
        *,
        completed_months(
            datum_instroom, case when populatie = 'huidig' then $peildatum else datum_uitstroom end
        ) as maanden
    from cleaning.round_3
),

dmb as (
    select
        l.left_id as row_id,
        d.v_ref,
        d.datum_eerste_registratie
    from linkage.dmb as l
    inner join staging.dmb_persoon as d on d.row_id = l.right_id
),

procedures as (
    select
        d.row_id,
        count(case when p.soort = 'asiel' then p.row_id end) as asiel,
        count(case when p.soort = 'regulier' then p.row_id end) as regulier,
        count(case when p.soort = 'buiten_schuld' then p.row_id end) as buiten_schuld,
        count(p.row_id) as alle
    from dmb as d
    inner join staging.dmb_procedure as p on p.v_ref = d.v_ref
    where p.datum_aanvraag <= $peildatum
    group by d.row_id
),

beroepen as (
    select
        d.row_id,
        count(case when b.soort = 'AC' then b.row_id end) as ac,
        count(case when b.soort = 'AR' then b.row_id end) as ar,
        count(case when b.soort = 'VK' then b.row_id end) as vk
    from dmb as d
    inner join staging.dmb_beroep as b on b.v_ref = d.v_ref
    where b.datum_beroep <= $peildatum
    group by d.row_id
),

-- Wat op de dag van instroom liep: een aanvraag of beroep zonder beslissing, of een verleende titel.
lopend as (
    select d.row_id, count(e.van) as aantal
    from dmb as d
    inner join cleaning.round_3 as r on r.row_id = d.row_id
    inner join (
        select v_ref, datum_aanvraag as van, datum_beslissing as tot from staging.dmb_procedure
        union all
        select v_ref, datum_beroep as van, datum_uitspraak as tot from staging.dmb_beroep
        union all
        select v_ref, verleend_van as van, verleend_tot as tot from staging.dmb_procedure where verleend_van is not null
    ) as e on e.v_ref = d.v_ref
    where e.van <= r.datum_instroom and (e.tot is null or e.tot > r.datum_instroom)
    group by d.row_id
),

bewaring as (
    select
        d.row_id,
        min(b.van) as eerste,
        sum(least(coalesce(b.tot, $peildatum), $peildatum) - b.van) as dagen
    from dmb as d
    inner join staging.dmb_bewaring as b on b.v_ref = d.v_ref
    where b.van <= $peildatum
    group by d.row_id
),

aantallen as (
    select
        d.row_id,
        coalesce(p.asiel, 0) as asielaanvragen,
        coalesce(p.alle, 0) as alle,
        coalesce(p.regulier, 0) as regulier,
        coalesce(p.buiten_schuld, 0) as buiten_schuld,
        coalesce(b.ac, 0) as ac,
        coalesce(b.ar, 0) as ar,
        coalesce(b.vk, 0) as vk,
        coalesce(o.aantal, 0) as lopend,
        v.dagen as vbm_dagen,
        v.eerste as vbm_eerste,
        d.datum_eerste_registratie
    from dmb as d
    left join procedures as p on p.row_id = d.row_id
    left join beroepen as b on b.row_id = d.row_id
    left join lopend as o on o.row_id = d.row_id
    left join bewaring as v on v.row_id = d.row_id
)

select
    p.row_id,
    p.steunpunt,
    p.populatie,
    case when p.populatie = 'huidig' then 'in_begeleiding' else p.reden_beeindiging end as uitkomst,
    a.row_id is not null as in_dmb,
    p.maanden as duur_verblijf_perspectief,
    cast(p.contactmomenten as double) / cast(nullif(p.maanden, 0) as double) as clientcontacten_per_maand,
    p.traject,
    p.land_van_herkomst,
    p.sekse,
    case when p.aantal_kinderen >= $kinderen_of_meer then $kinderen_of_meer else p.aantal_kinderen end as kinderen,
    p.psychiatrische_diagnose,
    p.lichamelijke_klachten,
    p.datum_instroom,
    l.leeftijd_bij_instroom,
    completed_months(a.datum_eerste_registratie, p.datum_instroom) as duur_verblijf_nl,
    case
        when a.row_id is null then null
        when a.lopend = 0 then 'ja'
        else 'nee'
    end as vastlopend_dossier,
    l.leeftijd_bij_binnenkomst,
    cast(extract(year from a.datum_eerste_registratie) as bigint) as jaar_bekend,
    l.leeftijd_bekend,
    a.asielaanvragen as aantal_asielaanvragen,
    l.leeftijd_eerste_gehoor,
    a.ac + a.ar + a.vk as aantal_beroep,
    case
        when a.row_id is null then null
        when a.ac + a.ar + a.vk = 0 then 'geen'
        else concat_ws(
            '+',
            case when a.ac > 0 then 'AC' end,
            case when a.ar > 0 then 'AR' end,
            case when a.vk > 0 then 'VK' end
        )
    end as beroep_groep,
    a.ac as aantal_beroep_ac,
    a.ar as aantal_beroep_ar,
    a.vk as aantal_beroep_vk,
    case when a.row_id is null then null when a.vbm_eerste is null then 'nee' else 'ja' end as vbm,
    a.vbm_dagen as duur_vbm,
    case
        when a.row_id is null then null
        when a.vbm_eerste is null then null
        when a.vbm_eerste < p.datum_instroom then 'voor'
        else 'na'
    end as vbm_voor_na_instroom,
    a.buiten_schuld as aantal_buiten_schuld,
    a.alle as aantal_procedures,
    a.regulier as aantal_regulier
from personen as p
left join linkage.leeftijden as l on l.row_id = p.row_id
left join aantallen as a on a.row_id = p.row_id
order by p.row_id
