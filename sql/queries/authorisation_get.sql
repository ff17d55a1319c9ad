-- params: 4
-- $1 authorisation; $2 the caller's codes; $3 sees every authorisation; $4 the day, counted from 1970-01-01
select authorisation_json(a, date '1970-01-01' + $4::integer)
from authorisation a
where a.id = $1::uuid
  and ($3::boolean or enterprise_is_of(a.principal_id, $2::text[]) or enterprise_is_of(a.agent_id, $2::text[]))
