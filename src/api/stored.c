#include "api/stored.h"

#include "base/log.h"

bool stored_filing(struct req *r, const struct id *filing, struct text sealed, struct text *out, struct fault *f)
{
	const struct vault_place place = vault_at("filing", filing);

	return vault_open(r->api->deps.vault, r->arena, &place, sealed, out, f);
}

bool stored_answer(struct req *r, const struct id *answer, struct text sealed, struct text *out, struct fault *f)
{
	const struct vault_place place = vault_at("authority_receipt", answer);

	return vault_open(r->api->deps.vault, r->arena, &place, sealed, out, f);
}

void stored_tell(struct req *r, const struct fault *f)
{
	if (f->code == FAULT_DAMAGED)
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_ERROR, "record.damaged", "%s", f->text);
}

enum step reply_stored_fault(struct req *r, const struct fault *f)
{
	stored_tell(r, f);
	return f->code == FAULT_DAMAGED ? reply_fault(r, FAULT_DAMAGED, "") : reply_problem(r, f);
}

void stored_begin(struct buf *b, struct req *r, struct text object, size_t more_bytes)
{
	buf_init(b, r->arena, object.len + more_bytes + 64);
	while (object.len > 0 && object.at[object.len - 1] != '}')
		object.len--;
	buf_text(b, (struct text){ object.at, object.len == 0 ? 0 : object.len - 1 });
}
