-- params: 6
-- $1 $2 job: bucket, id; $3 caller's client id; $4 sees jobs of every client; $5 first line wanted; $6 about how many bytes
-- The results of whole pieces (encrypted), from the one that holds that line on, one at least: number, results. Then a row without number: the
-- first line of the next piece that has its results already (null: there is none). No row: no such job.
with done as (
  select p.piece, p.first_line, p.results, sum(p.results_len) over (order by p.piece) - p.results_len as before
  from job j join job_piece p on p.bucket = j.bucket and p.job_id = j.id
  where j.bucket = $1::smallint and j.id = $2::uuid and ($4::boolean or j.client_id = $3::integer)
    and p.results is not null and p.last_line >= $5::integer
)
select d.piece, d.results, null::integer as next from done d where d.before < $6::bigint
union all
select null, null, (select min(d.first_line) from done d where d.before >= $6::bigint)
from job j
where j.bucket = $1::smallint and j.id = $2::uuid and ($4::boolean or j.client_id = $3::integer)
order by 1 nulls last
