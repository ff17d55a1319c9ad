/* The parts of a declaration: what they depend on, what each authority has said together, one more of them, and the message that goes to it. */
#include "flow/judge_priv.h"
#include "model/inspection.h"

enum { QUEUE_RANK_USUAL = 2 }; /* as the database has it where nothing is said */

void judge_find_goods(struct judged *j, const struct codebook *book)
{
	const struct document *inventory = j->verdict.current[DOC_INVENTORY]->doc;
	int hs = field_line_index(inventory->def, F_HS_CODE);
	int32_t day = clock_day(j->trade.opened_us);

	for (int line = 0; line < inventory->line_count; line++)
		codebook_find_goods(book, inventory->lines[inventory->def->line_field_count * line + hs], day, &j->goods);
}

bool judge_is_declared(const struct judged *j, struct sha256 *basis)
{
	*basis = verdict_basis(&j->verdict);
	return j->basis.len == sizeof(basis->b) && memcmp(j->basis.at, basis->b, sizeof(basis->b)) == 0;
}

void judge_fold(struct judged *j, const struct codebook *book)
{
	clearance_fold(j->parts, j->part_count, j->answers, j->answer_count);
	inspection_recognise(j->parts, j->part_count, clearance_declared(j->parts, j->part_count), book->recognitions, book->recognition_count,
	                     clock_day(j->trade.opened_us));
}

void judge_add_part(struct judged *j, struct part p, const struct id *asked_by)
{
	j->stored[j->part_count] = (struct part_stored){ .state = DELIVERY_WAITING, .outcome = OUTCOME_NONE, .outcome_us = INT64_MIN };
	if (asked_by != NULL)
		j->stored[j->part_count].asked_by = *asked_by;
	j->parts[j->part_count++] = p;
}

struct text judge_reference(struct judge_context *x, char letter, uint32_t serial)
{
	char date[CLOCK_COMPACT_BYTES];
	struct buf no;

	clock_compact(x->now_us, 8, date);
	buf_init(&no, x->arena, 24);
	buf_printf(&no, "%c%s%09u", letter, date, serial);
	return buf_as_text(&no);
}

/* Of the merchant's level. Whoever was not weighed is in no hurry, and holds nobody up. */
static int queue_rank(const struct judged *j)
{
	if (j->risk == NULL)
		return QUEUE_RANK_USUAL;
	return j->risk->day->queue_ranks[j->risk->is_listed ? CREDIT_D : j->risk->level];
}

void judge_deliver(struct judged *j, struct judge_context *x, const struct part *p, struct text reference, struct text body)
{
	struct new_delivery *v = &x->deliveries[x->delivery_count++];

	*v = (struct new_delivery){ .declaration = j->id, .message_id = delivery_message_id(&j->id, p->authority, p->version), .authority = p->authority,
		                    .version = p->version, .reference = reference, .state = p->may_go ? DELIVERY_DUE : DELIVERY_WAITING, .queue_rank = queue_rank(j),
		                    .content_type = outgoing_content_type(p->authority), .body = body };
	if (v->state == DELIVERY_DUE && x->has_room(x->arg, p->authority))
		for (int k = 0; k < 2; k++)
			memcpy(v->lease.b + 8 * k, &(uint64_t){ id_random(x->ids) }, 8);
}

bool judge_is_told(const struct judged *j, enum authority a, int version)
{
	for (int i = 0; i < j->part_count; i++)
		if (j->parts[i].authority == a && j->parts[i].version == version)
			return true;
	return false;
}

/* What the authority may see is what the rows of today say: they rule what is told, not what was filed. */
static const struct authority_form *form_of(const struct judged *j, const struct judge_context *x, enum authority a)
{
	const struct document *inventory = j->verdict.current[DOC_INVENTORY]->doc;

	return codebook_form(x->book, a, inventory->def->direction, document_get(inventory, F_TRADE_MODE), clock_day(x->now_us));
}

void judge_tell(struct judged *j, struct judge_context *x, const struct part *p, struct text pre_entry_no, bool changes)
{
	enum authority a = p->authority;
	struct outgoing out = { .authority = a, .declaration = j->id, .message_id = delivery_message_id(&j->id, a, p->version), .version = p->version,
		                .is_change = changes, .at_us = x->now_us, .verdict = &j->verdict, .exchange_id = x->exchange_id, .payer_key = x->payer_key,
		                .signer = x->customs_signer, .pre_entry_no = pre_entry_no, .form = form_of(j, x, a) };
	struct buf b;

	memcpy(out.basis.b, j->basis.at, sizeof(out.basis.b));
	buf_init(&b, x->arena, a != AUTHORITY_CUS ? 1536 : x->customs_signer == NULL ? 4096 : 8192);
	outgoing_put(&b, &out);
	judge_deliver(j, x, p, a == AUTHORITY_CUS ? pre_entry_no : (struct text){ NULL, 0 }, buf_as_text(&b));
}
