/*
 * What is still to be sent of a declaration that is released: a return that is asked for (message 625) goes to customs, under a version
 * of its own, and departments that have no part in the release are told of it, under the declared version. Neither changes its state.
 *
 * One thing a pass: what is left is looked for again at once, through todo.
 */
#include "flow/judge_priv.h"

static bool was_asked(const struct judged *j, const struct filed *f)
{
	for (int i = 0; i < j->part_count; i++)
		if (j->parts[i].returns && id_eq(&j->stored[i].asked_by, &f->id))
			return true;
	return false;
}

/* The first return that customs has not been asked for; *count: how many there are. Exported goods are not asked for here. */
static const struct filed *next_return(const struct judged *j, int *count)
{
	const struct filed *first = NULL;

	*count = 0;
	for (int i = 0; i < j->trade.filed_count; i++) {
		const struct filed *f = &j->filed[i];

		if (f->kind != DOC_RETURN || f->doc->def->direction != DIR_IMPORT || was_asked(j, f))
			continue;
		(*count)++;
		if (first == NULL || f->received_us < first->received_us)
			first = f;
	}
	return first;
}

static bool ask(struct judged *j, struct judge_context *x, const struct filed *f)
{
	struct outgoing_return out = { .request = f->doc, .exchange_id = x->exchange_id, .signer = x->customs_signer, .at_us = x->now_us };
	uint32_t serial;
	struct buf b;

	if (!x->next_serial(x->arg, &serial))
		return false;
	j->version++;
	judge_add_part(j, (struct part){ .authority = AUTHORITY_CUS, .version = j->version, .returns = true }, &f->id);
	judge_fold(j, x->book);
	x->requests[x->request_count++] = (struct new_request){ .declaration = j->id, .filing = f->id, .returns = true };
	out.message_id = delivery_message_id(&j->id, AUTHORITY_CUS, j->version);
	out.reference = judge_reference(x, 'T', serial);
	buf_init(&b, x->arena, 4096);
	outgoing_put_return(&b, &out);
	judge_deliver(j, x, &j->parts[j->part_count - 1], out.reference, buf_as_text(&b));
	return !x->arena->full;
}

static bool may_see(const struct judged *j, const struct judge_context *x, enum authority a)
{
	const struct document *inventory = j->verdict.current[DOC_INVENTORY]->doc;

	return codebook_form(x->book, a, inventory->def->direction, document_get(inventory, F_TRADE_MODE), clock_day(x->now_us)) != NULL;
}

/* Returns how many were told. */
static int inform(struct judged *j, struct judge_context *x)
{
	unsigned informed = x->informed == 0 ? 0 : x->informed & regime_informed(j->verdict.regime, clock_day(j->trade.opened_us));
	int declared = clearance_declared(j->parts, j->part_count), before = j->part_count;

	if (informed == 0)
		return 0;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		if ((informed & AUTHORITY_BIT(a)) != 0 && !judge_is_told(j, a, declared) && may_see(j, x, a))
			judge_add_part(j, (struct part){ .authority = a, .version = declared }, NULL);
	judge_fold(j, x->book);
	for (int i = before; i < j->part_count; i++)
		judge_tell(j, x, &j->parts[i], (struct text){ NULL, 0 }, false);
	return j->part_count - before;
}

bool judge_released(struct judged *j, struct judge_context *x, bool *more)
{
	int returns = 0;
	const struct filed *next = next_return(j, &returns);

	*more = returns > 1;
	if (j->kind == VERDICT_MATCHED && inform(j, x) > 0)
		*more = returns > 0;
	else if (next != NULL && !ask(j, x, next))
		return false;
	return !x->arena->full;
}
