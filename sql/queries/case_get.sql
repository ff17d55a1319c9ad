-- params: 4
-- $1 case; $2 the caller's department; $3 sees every case; $4 titles in Chinese
select case_json(c, $4::boolean, true)
from case_file c join case_place p on p.case_id = c.id
where c.id = $1::uuid and case_may_read(p, $2::text, $3::boolean)
