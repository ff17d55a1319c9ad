/*
 * Taking back what was declared.
 *
 *   a filing asks ──┬─ nothing is declared: withdrawn at once
 *                   └─ a version of its own goes to customs ──┬─ agreed: withdrawn, and the other authorities are told under that version
 *                                                             └─ refused: everything stays as it was
 *
 * It is asked by a cancellation (messages 623, 605) or by the deletion of the inventory. A filing asks once: the deliveries made of it
 * name it. An inventory that is filed after it makes it void.
 */
#include "flow/judge_priv.h"

static bool is_later(const struct filed *a, const struct filed *b)
{
	return a->received_us != b->received_us ? a->received_us > b->received_us : id_cmp(&a->id, &b->id) > 0;
}

static bool is_deletion(const struct filed *f)
{
	return f->kind == DOC_INVENTORY && f->action == ACTION_DELETE;
}

static bool asks(const struct filed *f)
{
	return is_deletion(f) || (f->kind == DOC_CANCELLATION && f->action != ACTION_DELETE);
}

static void find_request(struct judged *j)
{
	const struct filed *last = NULL;

	for (int i = 0; i < j->trade.filed_count; i++)
		if (asks(&j->filed[i]) && (last == NULL || is_later(&j->filed[i], last)))
			last = &j->filed[i];
	for (int i = 0; last != NULL && i < j->trade.filed_count; i++)
		if (j->filed[i].kind == DOC_INVENTORY && !is_deletion(&j->filed[i]) && is_later(&j->filed[i], last))
			last = NULL;
	j->has_request = last != NULL;
	if (last == NULL)
		return;
	j->request = *last;
	for (int i = 0; i < j->part_count; i++)
		j->is_handled = j->is_handled || (j->parts[i].withdraws && id_eq(&j->stored[i].asked_by, &last->id));
}

/* What was declared is there until customs agrees that it is not: the match is judged as if it had not been taken back. */
static void keep_inventory(struct judged *j)
{
	int kept = 0;

	for (int i = 0; i < j->trade.filed_count; i++)
		if (!is_deletion(&j->filed[i]))
			j->filed[kept++] = j->filed[i];
	j->trade.filed_count = kept;
}

void judge_requests(struct judged *j)
{
	int version;

	if (j->has_request) /* a second look at the same case */
		return;
	find_request(j);
	if (!j->has_request || clearance_declared(j->parts, j->part_count) == 0)
		return;
	clearance_fold(j->parts, j->part_count, j->answers, j->answer_count);
	if (clearance_withdrawal(j->parts, j->part_count, &version) != WITHDRAWAL_APPROVED)
		keep_inventory(j);
}

static const struct part_stored *customs_part(const struct judged *j, int version)
{
	for (int i = 0; i < j->part_count; i++)
		if (j->parts[i].authority == AUTHORITY_CUS && j->parts[i].version == version)
			return &j->stored[i];
	return NULL;
}

static void deliver(struct judged *j, struct judge_context *x, const struct part *p, int withdraws, uint32_t serial)
{
	const struct part_stored *customs = customs_part(j, withdraws);
	const struct filed *inventory = j->verdict.current[DOC_INVENTORY];
	bool is_customs = p->authority == AUTHORITY_CUS;
	struct outgoing_withdrawal out = {
		.authority = p->authority,
		.declaration = j->id,
		.message_id = delivery_message_id(&j->id, p->authority, p->version),
		.version = p->version,
		.withdraws = withdraws,
		.reference = is_customs ? judge_reference(x, 'B', serial) : (struct text){ NULL, 0 },
		.number = customs == NULL ? (struct text){ NULL, 0 } : customs->reference,
		.exchange_id = x->exchange_id,
		.signer = x->customs_signer,
		.at_us = x->now_us,
		.request = j->request.doc,
		.inventory = inventory == NULL ? NULL : inventory->doc,
	};
	struct buf b;

	buf_init(&b, x->arena, is_customs ? 4096 : 512);
	outgoing_put_withdrawal(&b, &out);
	judge_deliver(j, x, p, out.reference, buf_as_text(&b));
}

static void note_filing(struct judged *j, struct judge_context *x)
{
	x->requests[x->request_count++] = (struct new_request){ .declaration = j->id, .filing = j->request.id };
}

/* The authorities of the declared version that are to be told: customs alone while it decides. */
static bool send(struct judged *j, struct judge_context *x, int declared, int version, bool to_customs)
{
	int before = j->part_count;
	uint32_t serial = 0;

	if (to_customs && !x->next_serial(x->arg, &serial))
		return false;
	j->version = version;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		if ((a == AUTHORITY_CUS) == to_customs && judge_is_told(j, a, declared) && !judge_is_told(j, a, version))
			judge_add_part(j, (struct part){ .authority = a, .version = version, .withdraws = true }, &j->request.id);
	if (j->part_count == before)
		return true;
	judge_fold(j, x->book);
	note_filing(j, x);
	for (int i = before; i < j->part_count; i++)
		deliver(j, x, &j->parts[i], declared, serial);
	return !x->arena->full;
}

static bool ask(struct judged *j, struct judge_context *x, int declared)
{
	bool decides = judge_is_told(j, AUTHORITY_CUS, declared);

	j->withdrawing = decides;
	j->withdrawn = !decides;
	return send(j, x, declared, j->version + 1, decides);
}

bool judge_withdrawal(struct judged *j, struct judge_context *x)
{
	int declared = clearance_declared(j->parts, j->part_count), version;
	enum withdrawal stands = clearance_withdrawal(j->parts, j->part_count, &version);

	j->withdrawing = stands == WITHDRAWAL_ASKED;
	if (!j->matched_now) {
		j->withdrawn = j->state == STATE_WITHDRAWN;
		return true;
	}
	if (!j->has_request || j->state == STATE_RELEASED)
		return true;
	if (declared == 0) { /* an inventory of another key may still stand */
		j->withdrawn = !is_deletion(&j->request) || j->verdict.current[DOC_INVENTORY] == NULL;
		return true;
	}
	if (!j->is_handled && stands != WITHDRAWAL_ASKED && stands != WITHDRAWAL_APPROVED)
		return ask(j, x, declared);
	j->withdrawn = stands == WITHDRAWAL_APPROVED;
	if (j->withdrawn && j->is_handled && j->version == version)
		return send(j, x, declared, version, false);
	return true;
}
