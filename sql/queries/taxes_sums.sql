-- params: 8
-- The tax of a period for each declarant and state of its bills (a bill counts where customs made it; one of which only the state is known has
-- no amount yet). $1 caller's client id; $2 sees bills of every company; $3 declarant; $4 merchant; $5 $6 made from, to; $7 status; $8 whether it
-- waits for its declaration
select json_build_object('items', (
  select coalesce(json_agg(json_build_object(
    'declarant_code', s.declarant_code,
    'status', tax_status_name(s.status),
    'bills', s.bills,
    'customs_duty', tax_amount(s.customs_duty),
    'value_added_tax', tax_amount(s.value_added_tax),
    'consumption_tax', tax_amount(s.consumption_tax),
    'total', tax_amount(s.customs_duty + s.value_added_tax + s.consumption_tax)
  ) order by s.declarant_code nulls last, s.status), '[]')
  from (
    select b.declarant_code, b.status, count(*) as bills, coalesce(sum(b.customs_duty), 0) as customs_duty,
      coalesce(sum(b.value_added_tax), 0) as value_added_tax, coalesce(sum(b.consumption_tax), 0) as consumption_tax
    from tax_bill b
    where may_see_tax(b, $1::integer, $2::boolean)
      and ($3::text is null or b.declarant_code = $3::text)
      and ($4::text is null or b.merchant_code = $4::text)
      and ($7::integer is null or b.status = $7::integer)
      and ($8::boolean is null or (b.declaration_id is null) = $8::boolean)
      and b.made_at >= $5::timestamptz and b.made_at < $6::timestamptz
    group by b.declarant_code, b.status
  ) s
))
