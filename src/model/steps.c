/*
 * From filings and answers to the progress of each step.
 *
 *   filing step     waiting ─► done; in progress again while it must be corrected
 *   authority step  waiting ─► in progress (declared) ─► done (clear) or refused (rejected)
 *
 * What is not required is not needed until it is there; what is there for some goods only is not needed until the inventory has such
 * goods; of what was withdrawn nothing more is needed.
 */
#include "model/steps.h"

const char *step_progress_name(enum step_progress p)
{
	static const char *const names[] = {
		[PROGRESS_DONE] = "done",
		[PROGRESS_REFUSED] = "refused",
		[PROGRESS_UNDER_WAY] = "in_progress",
		[PROGRESS_WAITING] = "waiting",
		[PROGRESS_NOT_NEEDED] = "not_needed",
	};

	return names[p];
}

/* Of each business key the latest revision stands, unless it takes the filing back. */
static bool stands(const struct steps_case *c, const struct step_filing *one)
{
	if (one->takes_back)
		return false;
	for (int i = 0; i < c->filing_count; i++) {
		const struct step_filing *other = &c->filings[i];

		if (other->revision > one->revision && text_eq(other->kind, one->kind) && text_eq(other->business_key, one->business_key))
			return false;
	}
	return true;
}

static bool came_first(const struct step_filing *a, const struct step_filing *b)
{
	return a->received_us != b->received_us ? a->received_us < b->received_us : id_cmp(&a->id, &b->id) < 0;
}

static const struct step_filing *filing_of(const struct steps_case *c, struct text kind)
{
	const struct step_filing *first = NULL;

	for (int i = 0; i < c->filing_count; i++) {
		const struct step_filing *one = &c->filings[i];

		if (text_eq(one->kind, kind) && stands(c, one) && (first == NULL || came_first(one, first)))
			first = one;
	}
	return first;
}

static const struct step_part *part_of(const struct steps_case *c, enum authority a)
{
	for (int i = 0; i < c->part_count; i++)
		if (c->parts[i].authority == a)
			return &c->parts[i];
	return NULL;
}

static bool has_name(struct text names, struct text wanted)
{
	struct text name;

	while (text_next(&names, ',', &name))
		if (text_eq(name, wanted))
			return true;
	return false;
}

static const struct step_movement *movement_of(const struct steps_case *c, struct text kind)
{
	for (int i = 0; i < c->movement_count; i++)
		if (text_eq(c->movements[i].kind, kind))
			return &c->movements[i];
	return NULL;
}

/* Where parcels' events tell of it they say when it was; they stand for it without a filing as well. */
static void judge_filing(const struct steps_case *c, struct step_report *r)
{
	r->moved = movement_of(c, r->step->kind);
	r->by = filing_of(c, r->step->kind);
	if (r->moved != NULL) {
		r->progress = PROGRESS_DONE;
		r->done_us = r->moved->at_us;
		return;
	}
	r->to_correct = r->by != NULL && (c->state == STATE_CONFLICT || c->state == STATE_BLOCKED) && has_name(c->corrects, r->step->kind);
	if (r->by == NULL)
		return;
	r->progress = r->to_correct ? PROGRESS_UNDER_WAY : PROGRESS_DONE;
	r->done_us = r->to_correct ? INT64_MIN : r->by->received_us;
}

/* False: the step is for goods of which there are none. */
static bool is_asked_for(const struct steps_case *c, struct step_report *r)
{
	int n = r->step->goods_number;

	if (r->step->goods.at == NULL)
		return true;
	if (n < 0 || (c->goods.classes >> n & 1) == 0)
		return false;
	r->because = c->goods.why[n].row;
	r->because_hs = c->goods.why[n].hs;
	return true;
}

static void judge_authority(const struct steps_case *c, struct step_report *r)
{
	r->part = part_of(c, r->step->authority);
	if (r->part == NULL)
		return;
	r->progress = r->part->outcome == OUTCOME_CLEAR      ? PROGRESS_DONE
	              : r->part->outcome == OUTCOME_REJECTED ? PROGRESS_REFUSED
	                                                     : PROGRESS_UNDER_WAY;
	if (outcome_is_final(r->part->outcome))
		r->done_us = r->part->outcome_us;
}

static bool is_over(const struct step_report *r)
{
	return r->progress == PROGRESS_DONE || r->progress == PROGRESS_NOT_NEEDED;
}

/* Steps need earlier ones only, so that these are complete already. */
static void add_waits(struct step_report *all, int count, struct step_report *r)
{
	for (int i = 0; i < count && &all[i] != r; i++) {
		const struct step_report *before = &all[i];

		if ((r->step->needs & STEP_BIT(before->step->number)) == 0)
			continue;
		r->waits_for |= before->waits_for;
		if (!is_over(before))
			r->waits_for |= STEP_BIT(before->step->number);
	}
}

int steps_judge(const struct steps_case *c, struct step_report out[STEP_NUMBER_MAX])
{
	int count = 0;

	for (int i = 0; i < c->regime->step_count && count < STEP_NUMBER_MAX; i++) {
		const struct regime_step *s = &c->regime->steps[i];
		struct step_report *r = &out[count];

		if (c->day < s->valid_from || c->day > s->valid_to)
			continue;
		*r = (struct step_report){ .step = s, .progress = PROGRESS_WAITING, .done_us = INT64_MIN };
		if (s->kind.at != NULL)
			judge_filing(c, r);
		else if (is_asked_for(c, r))
			judge_authority(c, r);
		else
			r->progress = PROGRESS_NOT_NEEDED;
		if (r->progress == PROGRESS_WAITING && (!s->required || c->state == STATE_WITHDRAWN))
			r->progress = PROGRESS_NOT_NEEDED;
		count++;
	}
	for (int i = 0; i < count; i++) {
		add_waits(out, count, &out[i]);
		out[i].is_next = !is_over(&out[i]) && out[i].waits_for == 0 && c->state != STATE_WITHDRAWN && c->state != STATE_WITHDRAWING
		                 && !(out[i].step->phase == PHASE_FOLLOW && out[i].step->kind.at == NULL); /* who is only told is waited for by nobody */
	}
	for (int i = 0; i < count; i++) /* what is over waits no more; only now, for it handed on what it waited for */
		if (is_over(&out[i]))
			out[i].waits_for = 0;
	return count;
}

bool step_role(const struct regime_step *s, int n, struct text *role)
{
	struct text rest = s->responsible;

	while (text_next(&rest, ',', role))
		if (n-- == 0)
			return true;
	return false;
}

const struct step_party *step_party_of(const struct steps_case *c, struct text role)
{
	for (int i = 0; i < c->party_count; i++)
		if (text_is(role, c->parties[i].role))
			return &c->parties[i];
	return NULL;
}
