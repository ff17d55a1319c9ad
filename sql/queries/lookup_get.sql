-- params: 4
-- $1 id; $2 now; $3 the caller, if it is an enterprise, which sees what is about its own codes; $4 sees what is asked about persons.
with mine as (
  select question, key from (
    select question, key from lookup_answer where id = $1::uuid union all select question, key from lookup_question where id = $1::uuid
  ) x
  where case when question = 'identity' then $4::boolean
    else $3::integer is null or key = any ((select codes from client where id = $3::integer)::text[]) end
)
select coalesce(
  (select lookup_answer_json(a, $2::timestamptz, $3::integer) from lookup_answer a where a.id = $1::uuid),
  (select lookup_question_json(q, $3::integer) from lookup_question q where q.id = $1::uuid))
from mine
