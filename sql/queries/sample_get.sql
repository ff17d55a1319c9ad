-- params: 4
-- $1 sample; $2 caller's client id; $3 sees those of every enterprise; $4 the caller's codes
select sample_json(s) from sample s where s.id = $1::uuid and ($3::boolean or sample_is_of(s, $2::integer, $4::text[]))
