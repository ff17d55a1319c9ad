-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/steps.c): what became of the
-- declared version at each authority: code, state, outcome, its time.
select v.authority, v.state, v.outcome, v.outcome_at
from declaration d
join delivery v on v.bucket = d.bucket and v.declaration_id = d.id and v.version = d.version
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
