#include "flow/hand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS          65536 /* power of two */
#define WORKS_PER_SLOT 6

enum place { PLACE_NONE, PLACE_QUEUED, PLACE_FLYING, PLACE_AGAIN };

struct slot {
	struct id id;
	enum place place;
	enum hand_pace pace; /* of the queue it stands in, or will stand in again … */
	int64_t since_us;    /* … and since when: any other entry of it is void */
	bool from_todo, todo_flying;
	int work_count, works_flying; /* the first of them were there when it took off */
	struct hand_work *works[WORKS_PER_SLOT];
	struct inbox_item *answers; /* newest first */
};

struct waiting {
	struct id id;
	int64_t since_us;
};

struct ring {
	struct waiting *list;
	int size, from, count, voids;
};

static_assert(HAND_PACE_COUNT * HAND_QUEUE_MAX + HAND_FLYING_MAX <= SLOTS * 5 / 8, "runs stay short");

struct hand {
	struct slot slots[SLOTS];
	struct ring rings[HAND_PACE_COUNT];
	int queued; /* slots that are */
	struct hand_works *works;
	struct inbox_item *stranded;
};

/* --- slots ---------------------------------------------------------------------------------------------------------- */

static uint32_t home_of(const struct id *id)
{
	uint32_t at;

	memcpy(&at, id->b + 10, sizeof(at));
	return at & (SLOTS - 1);
}

static struct slot *slot_of(struct hand *h, const struct id *id)
{
	for (uint32_t at = home_of(id);; at = (at + 1) & (SLOTS - 1))
		if (h->slots[at].place == PLACE_NONE || id_eq(&h->slots[at].id, id))
			return &h->slots[at];
}

/* Open addressing without tombstones: what follows in the run moves up. */
static void slot_free(struct hand *h, struct slot *gone)
{
	uint32_t hole = (uint32_t)(gone - h->slots);

	gone->place = PLACE_NONE;
	for (uint32_t at = (hole + 1) & (SLOTS - 1); h->slots[at].place != PLACE_NONE; at = (at + 1) & (SLOTS - 1)) {
		struct slot moving = h->slots[at];

		h->slots[at].place = PLACE_NONE;
		*slot_of(h, &moving.id) = moving;
	}
}

static struct slot *flying_slot(const struct hand *h, const struct id *id)
{
	struct slot *slot = slot_of((struct hand *)(uintptr_t)h, id);

	assert(slot->place == PLACE_FLYING || slot->place == PLACE_AGAIN);
	return slot;
}

/* --- what a slot holds ---------------------------------------------------------------------------------------------- */

static void attach(struct slot *slot, struct hand_work *w)
{
	if (slot->work_count == WORKS_PER_SLOT) {
		hand_work_abandon(w);
		return;
	}
	slot->works[slot->work_count++] = w;
	hand_work_hold(w);
}

/* The first n works of the slot are served. */
static void serve(struct hand *h, struct slot *slot, int n)
{
	for (int i = 0; i < n; i++)
		hand_work_release(h->works, slot->works[i]);
	slot->work_count -= n;
	memmove(slot->works, slot->works + n, sizeof(slot->works[0]) * (size_t)slot->work_count);
	slot->works_flying = 0;
}

static void strand(struct hand *h, struct slot *slot)
{
	while (slot->answers != NULL) {
		struct inbox_item *item = slot->answers;

		slot->answers = item->next;
		item->next = h->stranded;
		h->stranded = item;
	}
}

static void abandon(struct hand *h, struct slot *slot)
{
	strand(h, slot);
	for (int i = 0; i < slot->work_count; i++)
		hand_work_abandon(slot->works[i]);
	serve(h, slot, slot->work_count);
	slot_free(h, slot);
}

/* --- queue ---------------------------------------------------------------------------------------------------------- */

/* NULL: it is void. */
static struct slot *waits_as(struct hand *h, const struct waiting *w, enum hand_pace pace)
{
	struct slot *slot = slot_of(h, &w->id);

	return slot->place == PLACE_QUEUED && slot->pace == pace && slot->since_us == w->since_us ? slot : NULL;
}

/* Void entries go out of a full ring, once they are enough to pay for it: most of what lacks flows gets them long before its time. */
static bool make_room(struct hand *h, enum hand_pace pace)
{
	struct ring *r = &h->rings[pace];
	int kept = 0;

	if (r->count < r->size)
		return true;
	if (r->voids < r->size / 4)
		return false;
	for (int i = 0; i < r->count; i++) {
		struct waiting w = r->list[(r->from + i) % r->size];

		if (waits_as(h, &w, pace) != NULL)
			r->list[(r->from + kept++) % r->size] = w;
	}
	r->count = kept;
	r->voids = 0;
	return r->count < r->size;
}

static bool push(struct hand *h, struct slot *slot, enum hand_pace pace, int64_t now_us)
{
	struct ring *r = &h->rings[pace];

	if (!make_room(h, pace))
		return false;
	if (slot->place == PLACE_QUEUED)
		h->rings[slot->pace].voids++;
	else
		h->queued++;
	slot->place = PLACE_QUEUED;
	slot->pace = pace;
	slot->since_us = now_us;
	r->list[(r->from + r->count++) % r->size] = (struct waiting){ slot->id, now_us };
	return true;
}

static void mark_again(struct slot *slot, enum hand_pace pace)
{
	if (slot->place == PLACE_FLYING || pace < slot->pace)
		slot->pace = pace;
	slot->place = PLACE_AGAIN;
}

/* Queued, or marked to be judged again; NULL: no room. */
static struct slot *bring(struct hand *h, const struct id *id, enum hand_pace pace, int64_t now_us)
{
	struct slot *slot = slot_of(h, id);

	if (slot->place == PLACE_NONE) {
		*slot = (struct slot){ .id = *id };
		if (!push(h, slot, pace, now_us))
			return NULL;
	} else if (slot->place == PLACE_QUEUED && pace < slot->pace) {
		(void)push(h, slot, pace, now_us); /* no room: its old place is as good */
	} else if (slot->place != PLACE_QUEUED) {
		mark_again(slot, pace);
	}
	return slot;
}

static bool take(struct hand *h, const struct id *id, struct hand_work *w, enum hand_pace pace, int64_t now_us)
{
	struct slot *slot = bring(h, id, pace, now_us);

	if (slot == NULL)
		return false;
	slot->from_todo = slot->from_todo || w == NULL;
	if (w != NULL)
		attach(slot, w);
	return true;
}

void hand_take(struct hand *h, const struct id *work, const struct id *declarations, int count, const struct hand_when *when)
{
	struct hand_work *w = work == NULL ? NULL : hand_work_new(h->works, work, 1);

	for (int i = 0; i < count; i++) {
		enum hand_pace pace = when->later != NULL && when->later[i] ? HAND_LATER : HAND_SOON;

		if (!take(h, &declarations[i], w, pace, when->now_us) && w != NULL)
			hand_work_abandon(w);
	}
	if (w != NULL)
		hand_work_release(h->works, w);
}

/* --- answers and deliveries ------------------------------------------------------------------------------------------- */

bool hand_answer(struct hand *h, const struct id *declaration, struct inbox_item *item, enum hand_pace pace, int64_t now_us)
{
	struct slot *slot = bring(h, declaration, pace, now_us);

	if (slot == NULL)
		return false;
	item->next = slot->answers;
	slot->answers = item;
	return true;
}

struct inbox_item *hand_take_answers(struct hand *h, const struct id *flying)
{
	struct slot *slot = flying_slot(h, flying);
	struct inbox_item *answers = slot->answers;

	slot->answers = NULL;
	return answers;
}

struct inbox_item *hand_take_stranded(struct hand *h)
{
	struct inbox_item *stranded = h->stranded;

	h->stranded = NULL;
	return stranded;
}

void hand_strand_all(struct hand *h)
{
	for (uint32_t i = 0; i < SLOTS; i++)
		if (h->slots[i].place == PLACE_QUEUED)
			strand(h, &h->slots[i]);
}

bool hand_waits(const struct hand *h, int64_t since_us)
{
	const struct ring *r = &h->rings[HAND_SOON];

	return r->count > 0 && r->list[r->from].since_us <= since_us;
}

int hand_next(struct hand *h, enum hand_pace pace, int64_t ripe_us, struct id *out, int max)
{
	struct ring *r = &h->rings[pace];
	int n = 0;

	while (r->count > 0 && n < max) {
		struct slot *slot = waits_as(h, &r->list[r->from], pace);

		if (slot != NULL && slot->since_us > ripe_us)
			break;
		r->from = (r->from + 1) % r->size;
		r->count--;
		if (slot == NULL) { /* it went over to another queue */
			r->voids--;
			continue;
		}
		slot->place = PLACE_FLYING;
		slot->works_flying = slot->work_count;
		slot->todo_flying = slot->from_todo;
		slot->from_todo = false;
		out[n++] = slot->id;
		h->queued--;
	}
	return n;
}

bool hand_from_todo(const struct hand *h, const struct id *flying)
{
	return flying_slot(h, flying)->todo_flying;
}

bool hand_from_work(const struct hand *h, const struct id *flying)
{
	return flying_slot(h, flying)->works_flying > 0;
}

void hand_again(struct hand *h, const struct id *flying)
{
	mark_again(flying_slot(h, flying), HAND_SOON);
}

void hand_land(struct hand *h, const struct id *flying, bool settled, int64_t now_us)
{
	struct slot *slot = flying_slot(h, flying);
	bool again = slot->place == PLACE_AGAIN;

	if (settled)
		serve(h, slot, slot->works_flying);
	else
		slot->from_todo = slot->from_todo || slot->todo_flying;
	if (!again && settled)
		slot_free(h, slot);
	else if (!again || !push(h, slot, slot->pace, now_us))
		abandon(h, slot);
}

/* --- life and looks ------------------------------------------------------------------------------------------------- */

struct hand *hand_new(int queue_limit, struct hand_works *works)
{
	struct hand *h = calloc(1, sizeof(*h));

	assert(queue_limit >= 1 && queue_limit <= HAND_QUEUE_MAX);
	for (int i = 0; h != NULL && i < HAND_PACE_COUNT; i++) {
		h->rings[i].size = queue_limit;
		h->rings[i].list = calloc((size_t)queue_limit, sizeof(struct waiting));
		if (h->rings[i].list == NULL) {
			hand_free(h);
			return NULL;
		}
	}
	if (h != NULL)
		h->works = works;
	return h;
}

void hand_free(struct hand *h)
{
	if (h == NULL)
		return;
	for (int i = 0; i < HAND_PACE_COUNT; i++)
		free(h->rings[i].list);
	free(h);
}

int hand_queued(const struct hand *h)
{
	return h->queued;
}

int hand_room(const struct hand *h)
{
	return h->rings[HAND_SOON].size - h->rings[HAND_SOON].count;
}
