-- params: 3
-- $1 enterprise, $2 titles in Chinese, $3 it is the enterprise itself that asks: it sees all its events, with reasons; departments those that count.
-- By day, with what became of them; no row when there is no such enterprise.
select json_build_object('items', (
  select coalesce(json_agg(credit_event_json(e, case when $2::boolean then k.title_zh else k.title_en end, $3::boolean, false)
    order by e.day, e.kind, e.decision_no), '[]')
  from credit_event e join credit_kind k on k.id = e.kind_row
  where e.code = s.code
    and ($3::boolean or not exists (select from credit_event_change c where c.event_id = e.id and c.change in ('withdrawn', 'waived', 'repaired')))))
from credit_subject s where s.code = $1::text
