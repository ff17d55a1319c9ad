-- params: 2
-- $1 the day (days since 1970); $2 how many. Who is near the best level: not on it, not barred, no more points below than the day's row says.
-- A row without a code when there is nobody. Columns: code, how many there are in all, the margin, the row's id; the nearest first. Read in the order of the scores that were judged last.
with d as (
  select date '1970-01-01' + $1::integer as day
), m as (
  select r.id, r.value from d join credit_rule r on r.name = 'candidate_margin' and r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)
), t as (
  select l.least_score from d join credit_level l on l.level = 'A' and l.valid_from <= d.day and (l.valid_to is null or l.valid_to >= d.day)
)
select p.code, count(p.code) over ()::integer, m.value, m.id
from m cross join t left join credit_place p on p.level <> 'A' and not p.barred and p.score >= t.least_score - m.value
order by p.score desc, p.code
limit $2::integer
