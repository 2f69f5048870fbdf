-- De knopen onder een gesplitste knoop hebben samen precies haar personen.
-- invoer: knopen van alle bomen
-- een rij is: één gesplitste knoop waarvan de knopen eronder een ander aantal hebben
-- bron: Bijlage 30
with eronder as (
    select
        volgnr,
        ouder,
        sum(ja) as ja,
        sum(nee) as nee
    from bomen.knopen
    group by volgnr, ouder
)

select
    k.sectie,
    k.knoop,
    k.ja,
    k.nee,
    e.ja as ja_eronder,
    e.nee as nee_eronder
from bomen.knopen as k
left join eronder as e on e.volgnr = k.volgnr and e.ouder = k.knoop
where
    (k.reden is null and ((e.ja is distinct from k.ja) or (e.nee is distinct from k.nee)))
    or (k.reden is not null and e.ouder is not null)
order by k.sectie, k.knoop
