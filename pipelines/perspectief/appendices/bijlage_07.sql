-- Antwoorden per steunpunt over de start van de steunpunten.
-- invoer: lijst van steunpunten, antwoorden uit de vragenlijsten met hun woord uit het codeboek
-- een rij is: één steunpunt
-- bron: Bijlage 7; vragen in Bijlage 21
with antwoorden as (
    select
        steunpunt,
        max(case when kenmerk = 'gebaseerd_op_utrecht' then label end) as gebaseerd_op_utrecht,
        max(case when kenmerk = 'startdatum' then cast(label as date) end) as startdatum,
        max(case when kenmerk = 'aanpak_anders_na_deelname' then label end) as aanpak_anders_na_deelname
    from features.antwoorden
    where bijlage = 7
    group by steunpunt
)

select
    s.steunpunt,
    a.gebaseerd_op_utrecht,
    concat(
        to_char(a.startdatum, '%d'),
        '-',
        substr('janfebmrtaprmeijunjulaugsepoktnovdec', 3 * cast(extract(month from a.startdatum) as bigint) - 2, 3),
        '-',
        to_char(a.startdatum, '%Y')
    ) as startdatum,
    a.aanpak_anders_na_deelname
from staging.steunpunten as s
left join antwoorden as a on a.steunpunt = s.steunpunt
order by s.steunpunt
