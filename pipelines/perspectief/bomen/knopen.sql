-- De knopen van alle bomen, met Nederlandse woorden.
-- invoer: bomen van elke deelanalyse, lijst van bomen, gegevenswoordenboek
-- een rij is: één knoop van één boom
-- bron: Bijlage 30
with bomen as (
    select * from bomen.organisatie
    union all
    select * from bomen.samenwerking
    union all
    select * from bomen.werkwijze
    union all
    select * from bomen.contracten_trajecten
    union all
    select * from bomen.huiskamer
    union all
    select * from bomen.demografie
    union all
    select * from bomen.asielachtergrond
    union all
    select * from bomen.totaal_organisatie_werkwijze
    union all
    select * from bomen.totaal_demografie_asiel
    union all
    select * from bomen.totaal
),

-- De groep van een knoop bestaat uit categorieën van het kenmerk waarop de knoop erboven is gesplitst.
groepen as (
    select
        b.*,
        boven.meetniveau as meetniveau_boven,
        array_remove(b.leden, '(missing)') as bekend,
        array_has(b.leden, '(missing)') as ontbreekt
    from bomen as b
    left join bomen as boven on boven.analyse = b.analyse and boven.uitkomst = b.uitkomst and boven.knoop = b.ouder
),

-- Een rij klassen heet naar haar begin en eind; losse categorieën staan achter elkaar.
grenzen as (
    select
        *,
        array_to_string(bekend, '; ') as opsomming,
        split_part(bekend[1], ' – ', 1) as van,
        split_part(bekend[-1], ' – ', -1) as tot
    from groepen
)

select
    l.volgnr,
    l.sectie,
    l.sectie || ' ' || l.parent_uitkomst || ': ' || l.titel as boom,
    b.knoop,
    b.ouder,
    case
        when b.ouder is not null
            then concat_ws(
                '; ',
                nullif(
                    case
                        when b.meetniveau_boven = 'nominal' then replace(b.opsomming, '_', ' ')
                        when b.van = b.tot then b.van
                        else b.van || ' – ' || b.tot
                    end,
                    ''
                ),
                case when b.ontbreekt then 'ontbreekt' end
            )
    end as groep,
    b.aantallen[cast(array_position(b.klassen, 'Ja') as bigint)] as ja,
    b.aantallen[cast(array_position(b.klassen, 'Nee') as bigint)] as nee,
    b.kenmerk as naam,
    b.meetniveau,
    k.label_nl || coalesce(case when k.eenheid like 'rang%' then ' (' || k.eenheid || ')' end, '') as kenmerk,
    b.p,
    b.chi,
    b.df,
    case b.reden
        when 'all its cases have the same outcome' then 'alle personen hebben dezelfde uitkomst'
        when 'the tree is as deep as allowed' then 'de boom is zo diep als is toegestaan'
        when 'it has fewer cases than a node must have to be split' then 'te weinig personen om te splitsen'
        when 'no predictor varies in it' then 'geen kenmerk verschilt hier'
        when 'no two groups of the minimum size can be formed' then 'er zijn geen twee groepen van voldoende omvang'
        when 'no predictor is significant in it' then 'geen kenmerk is significant'
        else b.reden
    end as reden
from grenzen as b
inner join staging.bomenlijst as l on l.analyse = b.analyse and l.uitkomst = b.uitkomst
left join staging.kenmerkenlijst as k on k.naam = b.kenmerk
order by l.volgnr, b.knoop
