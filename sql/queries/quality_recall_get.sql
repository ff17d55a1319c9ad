-- params: 3
-- $1 recall; $2 the caller's codes; $3 sees those of every enterprise
select quality_recall_json(r) from quality_recall r
where r.id = $1::uuid and ($3::boolean or enterprise_is_of(r.enterprise_id, $2::text[]))
