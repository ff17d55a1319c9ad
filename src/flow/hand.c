#include "flow/hand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS          65536 /* power of two, twice what can be queued and flying */
#define WORKS          4096  /* batches in hand; beyond: left to the sweep */
#define WORKS_PER_SLOT 6
#define DONE_MAX       2048

enum place { PLACE_NONE, PLACE_QUEUED, PLACE_FLYING, PLACE_AGAIN };

struct hand_work { /* a row of table work */
	struct id id;
	int remaining;  /* declarations of it that are in hand */
	bool abandoned;
	struct hand_work *next;
};

struct slot {
	struct id id;
	enum place place;
	enum hand_pace pace; /* of the queue it stands in; an entry in the other one is void */
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
	int size, from, count;
};

struct hand {
	struct slot slots[SLOTS];
	struct ring rings[HAND_PACE_COUNT];
	int queued; /* slots that are */
	struct hand_work works[WORKS], *free_works;
	struct id done[DONE_MAX];
	int done_count;
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

/* --- work rows ------------------------------------------------------------------------------------------------------ */

static struct hand_work *work_new(struct hand *h, const struct id *id)
{
	struct hand_work *w = h->free_works;

	if (w != NULL) {
		h->free_works = w->next;
		*w = (struct hand_work){ .id = *id, .remaining = 1 }; /* held by whoever fills it */
	}
	return w;
}

static void work_release(struct hand *h, struct hand_work *w)
{
	if (--w->remaining > 0)
		return;
	if (!w->abandoned && h->done_count < DONE_MAX)
		h->done[h->done_count++] = w->id;
	w->next = h->free_works;
	h->free_works = w;
}

static void attach(struct slot *slot, struct hand_work *w)
{
	if (slot->work_count == WORKS_PER_SLOT) {
		w->abandoned = true;
		return;
	}
	slot->works[slot->work_count++] = w;
	w->remaining++;
}

/* The first n works of the slot are served. */
static void serve(struct hand *h, struct slot *slot, int n)
{
	for (int i = 0; i < n; i++)
		work_release(h, slot->works[i]);
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
		slot->works[i]->abandoned = true;
	serve(h, slot, slot->work_count);
	slot_free(h, slot);
}

/* --- queue ---------------------------------------------------------------------------------------------------------- */

static bool push(struct hand *h, struct slot *slot, enum hand_pace pace, int64_t now_us)
{
	struct ring *r = &h->rings[pace];

	if (r->count == r->size)
		return false;
	h->queued += slot->place != PLACE_QUEUED;
	slot->place = PLACE_QUEUED;
	slot->pace = pace;
	r->list[(r->from + r->count++) % r->size] = (struct waiting){ slot->id, now_us };
	return true;
}

/* Queued, or marked to be judged again; NULL: no room. */
static struct slot *bring(struct hand *h, const struct id *id, enum hand_pace pace, int64_t now_us)
{
	struct slot *slot = slot_of(h, id);

	if (slot->place == PLACE_NONE) {
		*slot = (struct slot){ .id = *id };
		if (!push(h, slot, pace, now_us))
			return NULL;
	} else if (slot->place == PLACE_QUEUED && pace == HAND_SOON && slot->pace == HAND_LATER) {
		(void)push(h, slot, pace, now_us); /* no room: its old place is as good */
	} else if (slot->place == PLACE_FLYING) {
		slot->place = PLACE_AGAIN;
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
	struct hand_work *w = work == NULL ? NULL : work_new(h, work);

	for (int i = 0; i < count; i++) {
		enum hand_pace pace = when->later != NULL && when->later[i] ? HAND_LATER : HAND_SOON;

		if (!take(h, &declarations[i], w, pace, when->now_us) && w != NULL)
			w->abandoned = true;
	}
	if (w != NULL)
		work_release(h, w);
}

/* --- answers and deliveries ------------------------------------------------------------------------------------------- */

bool hand_answer(struct hand *h, const struct id *declaration, struct inbox_item *item, int64_t now_us)
{
	struct slot *slot = bring(h, declaration, HAND_SOON, now_us);

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

struct hand_work *hand_hold(struct hand *h, const struct id *work, int count)
{
	struct hand_work *w = work_new(h, work);

	if (w != NULL)
		w->remaining = count;
	return w;
}

void hand_release(struct hand *h, struct hand_work *held, bool recorded)
{
	if (held == NULL)
		return;
	held->abandoned = held->abandoned || !recorded;
	work_release(h, held);
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

	while (r->count > 0 && n < max && r->list[r->from].since_us <= ripe_us) {
		struct slot *slot = slot_of(h, &r->list[r->from].id);

		r->from = (r->from + 1) % r->size;
		r->count--;
		if (slot->place != PLACE_QUEUED || slot->pace != pace)
			continue; /* it went over to the other queue */
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
	flying_slot(h, flying)->place = PLACE_AGAIN;
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
	else if (!again || !push(h, slot, HAND_SOON, now_us))
		abandon(h, slot);
}

/* --- life and looks ------------------------------------------------------------------------------------------------- */

struct hand *hand_new(int queue_limit)
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
	for (int i = 0; h != NULL && i < WORKS; i++) {
		h->works[i].next = h->free_works;
		h->free_works = &h->works[i];
	}
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

int hand_done_count(const struct hand *h)
{
	return h->done_count;
}

const struct id *hand_done(const struct hand *h)
{
	return h->done;
}

void hand_forget_done(struct hand *h, int n)
{
	assert(n <= h->done_count);
	h->done_count -= n;
	memmove(h->done, h->done + n, sizeof(h->done[0]) * (size_t)h->done_count);
}
