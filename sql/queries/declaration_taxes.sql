-- params: 4
-- $1 $2 declaration: bucket, id; $3 caller's client id; $4 sees declarations of every client
-- The tax bills of a declaration that the caller may see, each with its lines and all that customs said of it, in customs' own order.
select json_build_object('items', (
  select coalesce(json_agg(json_joined(tax_bill_json(b), json_build_object(
    'lines', (
      select coalesce(json_agg(json_build_object(
        'line_no', l ->> 'gnum',
        'hs_code', l ->> 'gcode',
        'dutiable_value', tax_amount((l ->> 'taxPrice')::numeric),
        'customs_duty', tax_amount((l ->> 'customsTax')::numeric),
        'value_added_tax', tax_amount((l ->> 'valueAddedTax')::numeric),
        'consumption_tax', tax_amount((l ->> 'consumptionTax')::numeric)
      )), '[]')
      from (
        select m.record from tax_message m where m.tax_no = b.tax_no and m.kind = 'bill' order by m.at desc, m.id desc limit 1
      ) m cross join lateral json_array_elements(convert_from(m.record, 'UTF8')::json -> 'lines') l
    ),
    'history', (
      select json_agg(json_build_object(
        'kind', m.kind,
        'status', tax_status_name(m.status),
        'said_at', local_time(m.at),
        'received_at', local_time(m.received_at),
        'total', tax_amount(m.customs_duty + m.value_added_tax + m.consumption_tax),
        'duty_payment_no', m.duty_payment_no
      ) order by m.at, m.status, m.id)
      from tax_message m where m.tax_no = b.tax_no
    )
  )) order by b.made_at, b.tax_no), '[]')
  from tax_bill b where b.declaration_id = d.id and may_see_tax(b, $3::integer, $4::boolean)))
from declaration d
where d.bucket = $1::smallint and d.id = $2::uuid and ($4::boolean or $3::integer = any (d.client_ids))
