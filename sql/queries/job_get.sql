-- params: 4
-- $1 $2 job: bucket, id; $3 caller's client id; $4 sees jobs of every client
select job_json(j) from job j
where j.bucket = $1::smallint and j.id = $2::uuid and ($4::boolean or j.client_id = $3::integer)
