-- params: 4
-- $1 client; $2 the token that asks (0: none); $3 now; $4 how many at most
-- Good ones first, then those that have ended, newest first.
select json_build_object('items', coalesce(json_agg(x.item order by x.n), '[]')) from (
  select client_token_json(t, $2::integer) as item,
    row_number() over (order by t.revoked_at is null and (t.expires_at is null or t.expires_at > $3::timestamptz) desc, t.id desc) as n
  from client_token t where t.client_id = $1::integer
  order by n limit $4::integer
) x
