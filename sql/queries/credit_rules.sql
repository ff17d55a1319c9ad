-- params: 1
-- $1 a day (days since 1970). All rows of the evaluation in force on it.
with d as (select date '1970-01-01' + $1::integer as day)
select json_build_object(
  'on', d.day,
  'rules', (select json_agg(json_build_object('id', r.id, 'name', r.name, 'value', r.value, 'source', r.source) order by r.id)
    from credit_rule r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'degrees', (select json_agg(json_build_object('id', r.id, 'degree', r.degree, 'hold_days', r.hold_days, 'end_days', r.end_days,
      'published_days', r.published_days, 'repair_days', r.repair_days, 'source', r.source) order by r.id)
    from credit_degree r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'levels', (select json_agg(json_build_object('id', r.id, 'level', r.level, 'least_score', r.least_score, 'inspection_bp', r.inspection_bp,
      'guarantee_percent', r.guarantee_percent, 'documents', r.documents, 'queue_rank', r.queue_rank, 'credit_term', r.credit_term,
      'source', r.source) order by r.id)
    from credit_level r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'kinds', (select json_agg(json_build_object('id', r.id, 'kind', r.kind, 'degree', r.degree, 'weight', r.weight, 'against', r.against,
      'bars', r.bars, 'title_zh', r.title_zh, 'title_en', r.title_en, 'source', r.source) order by r.kind)
    from credit_kind r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'measures', (select json_agg(json_build_object('id', r.id, 'level', r.level, 'authority', r.authority, 'measure', r.measure,
      'title_zh', r.title_zh, 'source', r.source) order by r.id)
    from credit_measure r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day)),
  'indicators', (select json_agg(json_build_object('id', r.id, 'name', r.name, 'part', r.part, 'weight', r.weight, 'none_at', r.none_at,
      'full_at', r.full_at, 'unit', r.unit, 'title_zh', r.title_zh, 'title_en', r.title_en, 'source', r.source) order by r.id)
    from credit_indicator r where r.valid_from <= d.day and (r.valid_to is null or r.valid_to >= d.day))
)
from d
