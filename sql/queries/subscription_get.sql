-- params: 4
-- $1 subscription; $2 caller's client id; $3 sees subscriptions of every client; $4 the gateway's public key
select subscription_json(s, $4::text) from subscription s
where s.id = $1::uuid and ($3::boolean or s.client_id = $2::integer)
