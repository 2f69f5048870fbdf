-- Decisions of one rule that fit a filter, without what may quote a delivery; an empty part of the filter fits all.
-- input: audit.run_decisions
-- one row is: a decision
-- source: docs/pages.md, roles
with decided as (
  select row_id, verb, survivor_id, population_from, population_to, applied, decided_by
  from audit.run_decisions
  where round = $round
    and rule = $rule
    and ($verb is null or verb = $verb)
    and ($population is null or population_from = $population or population_to = $population)
    and ($applied is null or applied = ($applied = 'yes'))
    and ($by is null or decided_by = $by)
    and ($q is null or strpos(concat_ws(' ', row_id, survivor_id), lower($q)) > 0)
)
