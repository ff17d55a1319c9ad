-- params: 1
-- $1 plan
select sampling_plan_json(p) from sampling_plan p where p.id = $1::uuid
