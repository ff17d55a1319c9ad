-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client. For C (api/steps.c): what became of the
-- declared version at each authority: code, state, outcome (its own, or the one recognised in its place), its time.
select v.authority, v.state, coalesce(g.outcome, v.outcome), coalesce(g.at, v.outcome_at)
from declaration d
join delivery v on v.bucket = d.bucket and v.declaration_id = d.id and v.version = (
  select max(w.version) from delivery w where w.bucket = d.bucket and w.declaration_id = d.id and w.withdrawal is null and w.return_filing is null)
left join recognition g on g.bucket = v.bucket and g.declaration_id = v.declaration_id and g.version = v.version and g.authority = v.authority
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
