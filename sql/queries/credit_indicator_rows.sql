-- params: 0
-- All rows of indicators there are; days since 1970.
select r.id, r.name, r.part, r.weight, r.none_at, r.full_at, r.unit, r.title_zh, r.title_en, r.valid_from - date '1970-01-01', r.valid_to - date '1970-01-01'
from credit_indicator r order by r.id
