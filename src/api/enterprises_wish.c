/* What a registration or a change of one says, checked member by member. */
#include "api/enterprises.h"

#include "model/identifier.h"
#include "model/identity.h"

enum { NAME_MAX = 100, ADDRESS_MAX = 200, PERSON_MAX = 60, NUMBER_MAX = 20, PARK_MAX = 20 };

struct identity_hash enterprise_person_hash(struct req *r, struct text stored, struct text credit_code, struct text name)
{
	const struct identity_keys *keys = &r->api->conf.identity_keys;
	const struct identity_key *key = identity_key_of(keys, stored);

	return identity_hash(key != NULL ? key : &keys->list[0], credit_code, name);
}

/* Under a customs code filings are taken for the enterprise's own: who registers itself may name only codes that its client was given. */
static void read_customs_codes(struct fields *x, struct enterprise_wish *w)
{
	fields_words(x, "customs_codes", 10, false, &w->customs_codes);
	for (int i = 0; i < w->customs_codes.count; i++) {
		struct text code = w->customs_codes.at[i];

		if (code.at == NULL || !identifier_customs_code(code))
			fields_complain(x, RULE_CUSTOMS_CODE, "customs_codes", NULL);
		else if (req_is_enterprise(x->r) && !client_may_file_for(&x->r->client, code))
			fields_complain(x, RULE_VALUE, "customs_codes", "codes that this client may file for; others are recorded by an operator");
	}
}

static bool read_representative(struct fields *x, struct text credit_code, struct enterprise_wish *w, struct fault *f)
{
	struct text name = fields_text(x, "representative", PERSON_MAX, false);

	if (name.at == NULL)
		return true;
	if (x->r->api->conf.identity_keys.count == 0)
		return fault_set(f, FAULT_BUSY, "no key for identities is configured here: leave the representative out");
	w->representative = enterprise_mask_name(x->r->arena, name);
	w->representative_hash = enterprise_person_hash(x->r, TEXT(""), credit_code, name);
	return true;
}

bool enterprise_wish_read(struct fields *x, struct text credit_code, bool whole, struct enterprise_wish *out, struct fault *f)
{
	*out = (struct enterprise_wish){
		.name = fields_text(x, "name", NAME_MAX, whole),
		.inspection_no = fields_text(x, "inspection_no", NUMBER_MAX, false),
		.tax_no = fields_text(x, "tax_no", NUMBER_MAX, false),
		.district = fields_code(x, "district_code", CODES_DIVISION, whole),
		.address = fields_text(x, "address", ADDRESS_MAX, false),
		.park = fields_text(x, "park", PARK_MAX, false),
	};
	fields_words(x, "roles", 20, whole, &out->roles);
	fields_check_words(x, "roles", &out->roles, enterprise_role_known, ENTERPRISE_ROLES);
	read_customs_codes(x, out);
	return read_representative(x, credit_code, out, f);
}

void enterprise_wish_args(struct args *q, const struct enterprise_wish *w)
{
	args_text(q, w->name);
	args_words(q, &w->roles);
	args_words(q, &w->customs_codes);
	args_text(q, w->inspection_no);
	args_text(q, w->tax_no);
	args_text(q, w->district);
	args_text(q, w->address);
	args_text(q, w->representative);
	if (w->representative.at != NULL)
		args_bytes(q, &w->representative_hash, sizeof(w->representative_hash));
	else
		args_null(q);
	args_text(q, w->park);
}

unsigned enterprise_wish_facts(const struct enterprise_wish *w)
{
	return (w->name.at != NULL ? FACT_BIT(FACT_NAME) : 0) | (w->district.at != NULL ? FACT_BIT(FACT_DISTRICT) : 0) |
	       (w->address.at != NULL ? FACT_BIT(FACT_ADDRESS) : 0) | (w->representative.at != NULL ? FACT_BIT(FACT_REPRESENTATIVE) : 0);
}

struct text enterprise_facts_words(struct req *r, unsigned facts)
{
	struct buf b;

	buf_init(&b, r->arena, 64);
	for (int f = 0; f < FACT_COUNT; f++) {
		if ((facts & FACT_BIT(f)) == 0)
			continue;
		buf_str(&b, b.len == 0 ? "" : ",");
		buf_str(&b, enterprise_fact_name((enum enterprise_fact)f));
	}
	return buf_as_text(&b);
}
