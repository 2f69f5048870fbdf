-- Verbeterde regels van de steunpunten: nieuwe waarden voor C5 tot en met C12; een leeg veld laat de oude waarde staan.
-- invoer: records, identities, verbeterde lijsten van ronde 2
-- een rij is: één registratie waarvan iets verandert
-- bron: Bijlage 1 (2e ronde: opschoning), Bijlage 23 (C5-C12)
with verbeterd as (
    select
        r.row_id,
        count(c.row_id) over (partition by r.row_id) as aantal_regels,
        c.row_id as regel,
        coalesce(c.sekse, r.sekse) as sekse,
        coalesce(c.land_van_herkomst, r.land_van_herkomst) as land_van_herkomst,
        coalesce(c.aantal_kinderen, r.aantal_kinderen) as aantal_kinderen,
        coalesce(c.psychiatrische_diagnose, r.psychiatrische_diagnose) as psychiatrische_diagnose,
        coalesce(c.lichamelijke_klachten, r.lichamelijke_klachten) as lichamelijke_klachten,
        coalesce(c.datum_instroom, r.datum_instroom) as datum_instroom,
        coalesce(c.traject, r.traject) as traject,
        coalesce(c.contactmomenten, r.contactmomenten) as contactmomenten
    from records as r
    inner join identities as i on i.row_id = r.row_id
    inner join staging.registratie_2_correctie as c on c.v_ref = r.v_ref and c.steunpunt = r.steunpunt
    inner join identity.registratie_2_correctie as ci on ci.row_id = c.row_id and ci.geboortedatum = i.geboortedatum
),

vergeleken as (
    select
        v.row_id,
        v.regel,
        concat_ws(
            ', ',
            case when v.sekse is distinct from r.sekse then 'sekse' end,
            case when v.land_van_herkomst is distinct from r.land_van_herkomst then 'land_van_herkomst' end,
            case when v.aantal_kinderen is distinct from r.aantal_kinderen then 'aantal_kinderen' end,
            case when v.psychiatrische_diagnose is distinct from r.psychiatrische_diagnose then 'psychiatrische_diagnose' end,
            case when v.lichamelijke_klachten is distinct from r.lichamelijke_klachten then 'lichamelijke_klachten' end,
            case when v.datum_instroom is distinct from r.datum_instroom then 'datum_instroom' end,
            case when v.traject is distinct from r.traject then 'traject' end,
            case when v.contactmomenten is distinct from r.contactmomenten then 'contactmomenten' end
        ) as velden,
        v.sekse,
        v.land_van_herkomst,
        v.aantal_kinderen,
        v.psychiatrische_diagnose,
        v.lichamelijke_klachten,
        v.datum_instroom,
        v.traject,
        v.contactmomenten
    from verbeterd as v
    inner join records as r on r.row_id = v.row_id
    where v.aantal_regels = 1
)

select
    row_id,
    'update' as verb,
    cast(null as varchar) as survivor_id,
    'Het steunpunt leverde bij de opschoning een verbeterde regel met hetzelfde V-nummer en dezelfde geboortedatum.' as reason,
    velden as gewijzigde_velden,
    regel as verbeterde_regel,
    sekse as set_sekse,
    land_van_herkomst as set_land_van_herkomst,
    aantal_kinderen as set_aantal_kinderen,
    psychiatrische_diagnose as set_psychiatrische_diagnose,
    lichamelijke_klachten as set_lichamelijke_klachten,
    datum_instroom as set_datum_instroom,
    traject as set_traject,
    contactmomenten as set_contactmomenten
from vergeleken
where velden <> ''
