-- params: 2
-- $1 enterprise, $2 titles in Chinese. All its events with what became of them, by day; no row when there is no such enterprise.
select json_build_object('items', (
  select coalesce(json_agg(credit_event_json(e, case when $2::boolean then k.title_zh else k.title_en end, false) order by e.day, e.kind, e.decision_no), '[]')
  from credit_event e join credit_kind k on k.id = e.kind_row where e.code = s.code))
from credit_subject s where s.code = $1::text
