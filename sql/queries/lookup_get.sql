-- params: 5
-- $1 id; $2 now; $3 caller's client id; $4 sees what is asked about anybody; $5 and about persons. Enterprises see what is about their own codes.
with mine as (
  select question, key from (
    select question, key from lookup_answer where id = $1::uuid union all select question, key from lookup_question where id = $1::uuid
  ) x
  where case when question = 'identity' then $5::boolean else $4::boolean or key = any ((select codes from client where id = $3::integer)::text[]) end
)
select coalesce(
  (select lookup_answer_json(a, $2::timestamptz) from lookup_answer a where a.id = $1::uuid),
  (select lookup_question_json(q) from lookup_question q where q.id = $1::uuid))
from mine
