-- params: 5
-- An enterprise by any of its numbers, as far as the caller may know it.
-- $1 number; $2 the caller's codes; $3 sees every record in full; $4 the tier of what others see; $5 titles of states
-- More columns: whether the caller sees it in full, its id, newest version and state, what is frozen, and the facts that the business
-- register knows as well: name, division, address, digest of the representative.
select case when f.whole then enterprise_json(e, $5::text::json) else enterprise_summary(e, $5::text::json, $4::integer) end,
  f.whole, e.enterprise_id, e.version, e.state, array_to_string(enterprise_frozen(e.enterprise_id), ','),
  e.name, e.district_code, e.address, e.representative_hash, e.credit_code
from enterprise_now e
cross join lateral (select $3::boolean or enterprise_is_of(e.enterprise_id, $2::text[]) as whole) f
where e.enterprise_id = enterprise_by_number($1::text)
