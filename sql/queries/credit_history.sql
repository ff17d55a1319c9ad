-- params: 2
-- $1 enterprise, $2 the day as of which (days since 1970). Columns: its last hundred standings up to then, in the order of their making, and the
-- warnings of that day, both as JSON.
select
  (select coalesce(json_agg(json_build_object('day', s.day, 'score', s.score, 'level', s.level, 'barred', s.barred, 'positive', s.positive,
      'negative', s.negative, 'rating', s.rating, 'released', s.released, 'events', s.events, 'rule_rows', s.rule_rows) order by s.id), '[]')
    from (select * from credit_standing t where t.code = $1::text and t.day <= date '1970-01-01' + $2::integer order by t.id desc limit 100) s),
  (select coalesce(json_agg(json_build_object('text', w.text, 'from', w.begins_on, 'to', w.ends_on, 'decision_no', w.decision_no)
      order by w.begins_on, w.decision_no), '[]')
    from credit_warning w where w.code = $1::text and w.recorded_on <= date '1970-01-01' + $2::integer
      and date '1970-01-01' + $2::integer between w.begins_on and w.ends_on - 1)
