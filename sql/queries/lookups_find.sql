-- params: 6
-- $1 authority, $2 question, $3 key, $4 as it was known at, $5 of an earlier time; $6 the caller, if it is an enterprise. Of now nothing is shown that is older than its rule allows.
select lookup_answer_json(a, $4::timestamptz, $6::integer)
from (
  select k.* from lookup_answer k
  where k.authority = $1::text and k.question = $2::text and k.key = $3::text and k.asked_at <= $4::timestamptz
  order by k.asked_at desc limit 1
) a
where $5::boolean or a.shown_until > $4::timestamptz
