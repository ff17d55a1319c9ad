/*
 * What becomes of a candidate, and of its twins with it.
 */
#include <assert.h>
#include <string.h>

#include "store/intake_flight_priv.h"

static void on_revised(void *arg, struct candidate *c);

/* Its memory of receipts goes before the last of several candidates is done: each is kept. */
static void keep_receipt(struct candidate *c)
{
	if (c->outcome != INTAKE_STORED && c->outcome != INTAKE_REPEAT)
		c->receipt = (struct text){ NULL, 0 };
	else if (c->of->candidate_count > 1)
		c->receipt = text_dup(c->of->arena, c->receipt);
	else
		return;
	if (c->receipt.at == NULL && (c->outcome == INTAKE_STORED || c->outcome == INTAKE_REPEAT))
		c->outcome = INTAKE_UNKNOWN; /* there is no room to tell it: asked again, it is a repeat */
}

static void candidate_done(struct candidate *c)
{
	struct intake_submission *s = c->of;
	struct intake *home = s->home;

	assert(c->outcome != INTAKE_PENDING && s->pending > 0);
	keep_receipt(c);
	home->stats.stored += c->outcome == INTAKE_STORED;
	home->stats.repeats += c->outcome == INTAKE_REPEAT;
	home->stats.conflicts += c->outcome == INTAKE_CONFLICT;
	home->stats.refused += c->outcome == INTAKE_REFUSED;
	home->stats.unknown += c->outcome == INTAKE_UNKNOWN;
	if (--s->pending == 0)
		s->on_done(s);
}

void intake_revise(struct intake *i, struct candidate *c)
{
	c->receipt = (struct text){ NULL, 0 }; /* of the flight, whose memory goes */
	if (!revision_submit(i->lane, c, on_revised, i)) {
		c->outcome = INTAKE_TRY_AGAIN;
		on_revised(i, c);
	}
}

static void twin_done(struct intake *i, struct candidate *c, const struct candidate *first)
{
	c->twin = NULL;
	if (memcmp(c->doc_sha256.b, first->doc_sha256.b, sizeof(c->doc_sha256.b)) != 0) {
		intake_revise(i, c);
		return;
	}
	c->outcome = first->outcome == INTAKE_STORED ? INTAKE_REPEAT : first->outcome;
	c->rule = first->rule;
	c->receipt = first->receipt;
	c->first_id = first->outcome == INTAKE_STORED ? first->id : first->first_id;
	candidate_done(c);
}

void intake_settle(struct intake *i, struct candidate *first)
{
	for (struct candidate *c = first->twin, *next; c != NULL; c = next) {
		next = c->twin;
		twin_done(i, c, first);
	}
	candidate_done(first);
}

static void on_revised(void *arg, struct candidate *c)
{
	intake_settle(arg, c);
}
