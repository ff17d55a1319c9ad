-- params: 7
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client; $5 and every value;
-- $6 titles of verdicts; $7 words of the rules. A decision's reasons point at fields and hold no values: these come
-- from the filings, for those who may see them; of another's the reader learns that it differs. For C (api/verdict.c), a row for each reason, one at
-- least: the verdict; the reason (null: there is none); then twice, left and right: what it points at (null: nothing), the path of its value, the
-- filing, its document as it is stored (encrypted; null: not for this caller), whether it is the caller's own; the rest of the
-- reason; the clients whose declaration it is.
with d as (
  select * from declaration
  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or $3::integer = any (client_ids))
), judged as (
  select c.* from d
  cross join lateral (
    select c.decided_at, c.outcome, c.rule_rows, c.reasons from decision c
    where c.bucket = d.bucket and c.declaration_id = d.id and c.stage = 'match'
    order by c.seq desc, c.decided_at desc, c.id desc limit 1
  ) c
)
select json_build_object(
    'declaration_id', d.id,
    'verdict', coalesce(judged.outcome, d.verdict),
    'title', $6::text::json ->> coalesce(judged.outcome, d.verdict),
    'decided_at', local_time(judged.decided_at),
    'rule_rows', coalesce(judged.rule_rows, '{}')
  ),
  case when r.reason is not null then json_build_object(
    'rule', r.reason ->> 'rule',
    'source', r.reason ->> 'source',
    'detail', $7::text::json -> (r.reason ->> 'rule') ->> 'detail',
    'remedy', $7::text::json -> (r.reason ->> 'rule') ->> 'remedy',
    'line', r.reason -> 'line'
  ) end,
  case when json_typeof(r.reason -> 'left') = 'object' then json_strip_nulls(json_build_object(
    'kind', r.reason -> 'left' -> 'kind',
    'field', r.reason -> 'left' -> 'field',
    'filing_id', r.reason -> 'left' -> 'filing_id',
    'own', coalesce(left_of.own, false)
  )) end,
  r.reason -> 'left' -> 'path', left_of.id, left_of.document, left_of.own,
  case when json_typeof(r.reason -> 'right') = 'object' then json_strip_nulls(json_build_object(
    'kind', r.reason -> 'right' -> 'kind',
    'field', r.reason -> 'right' -> 'field',
    'filing_id', r.reason -> 'right' -> 'filing_id',
    'own', coalesce(right_of.own, false)
  )) end,
  r.reason -> 'right' -> 'path', right_of.id, right_of.document, right_of.own,
  json_build_object(
    'relation', case when r.reason -> 'left' ->> 'filing_id' is null or r.reason -> 'right' ->> 'filing_id' is null
      then 'missing' else 'differs' end,
    'corrects', r.reason ->> 'corrects',
    'until', local_time(d.wait_until)
  ), d.client_ids::text
from d left join judged on true
left join lateral json_array_elements(convert_from(judged.reasons, 'UTF8')::json) with ordinality as r(reason, place) on true
left join lateral (
  select f.id, f.client_id = $3::integer as own, case when $5::boolean or f.client_id = $3::integer then f.document end as document
  from filing f
  where f.bucket = id_bucket((r.reason -> 'left' ->> 'filing_id')::uuid) and f.id = (r.reason -> 'left' ->> 'filing_id')::uuid
  offset 0
) left_of on true
left join lateral (
  select f.id, f.client_id = $3::integer as own, case when $5::boolean or f.client_id = $3::integer then f.document end as document
  from filing f
  where f.bucket = id_bucket((r.reason -> 'right' ->> 'filing_id')::uuid) and f.id = (r.reason -> 'right' ->> 'filing_id')::uuid
  offset 0
) right_of on true
order by r.place
