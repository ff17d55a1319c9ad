-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/steps.c): direction, trade
-- mode, when it was opened, state, declared version, and the kinds whose senders must correct what the last match found.
select d.direction, d.trade_mode, d.opened_at, d.state, d.version, (
  select string_agg(distinct r.reason ->> 'corrects', ',')
  from (
    select c.reasons from decision c
    where c.bucket = d.bucket and c.declaration_id = d.id and c.stage = 'match'
    order by c.seq desc, c.decided_at desc, c.id desc limit 1
  ) last
  cross join lateral jsonb_array_elements(convert_from(last.reasons, 'UTF8')::jsonb) as r(reason)
)
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
