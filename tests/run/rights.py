"""Registered enterprises and their authorisations, put into a database as the interface would leave them: every stack begins with these."""

KINDS = ("inventory", "cancellation", "return")  # of authorisation_rule


def text(value):
    return "'" + value.replace("'", "''") + "'"


def register(companies):
    """SQL; companies: (credit code, name, roles)."""
    rows = ", ".join(f"({text(code)}, {text(name)}, array[{', '.join(map(text, roles))}])" for code, name, roles in companies)
    return f"""
with wanted (code, name, roles) as (values {rows}),
e as (insert into enterprise (credit_code, registered_at, registered_by) select code, '2020-01-01', 'tests' from wanted
  on conflict do nothing returning id, credit_code),
v as (insert into enterprise_version (enterprise_id, version, state, name, roles, customs_codes, district_code, from_at, actor)
  select e.id, 1, 'filed', w.name, w.roles, '{{}}', '330102', '2020-01-01', 'tests' from e join wanted w on w.code = e.credit_code)
insert into enterprise_number (kind, number, enterprise_id) select k, credit_code, id from e, unnest(array['credit', 'tax']) k"""


def authorise(pairs, kinds=KINDS):
    """SQL; pairs: (principal, agent), both registered."""
    rows = ", ".join(f"({text(principal)}, {text(agent)})" for principal, agent in pairs)
    return f"""
insert into authorisation (id, principal_id, agent_id, kinds, trade_modes, valid_from, granted_at, granted_by)
select gen_random_uuid(), p.id, a.id, array[{', '.join(map(text, kinds))}], array['*'], '2015-01-01', '2020-01-01', 'tests'
from (values {rows}) w (principal, agent) join enterprise p on p.credit_code = w.principal join enterprise a on a.credit_code = w.agent
where not exists (select 1 from authorisation o where o.principal_id = p.id and o.agent_id = a.id)"""
