/*
 * What comes back, in batches.
 *
 *   submit ──> waiting ──> flight: ends, answers ──┬─ done: stored, repeated or unknown
 *                 ^                                ├─ failed: the same items again (storing twice is harmless), a few times
 *                 │                                └─ bad data, too large: by halves, one after the other
 *                 └── what arrives meanwhile
 *
 * Lock order as everywhere: declarations (sorted), then todo and deliveries.
 */
#include "store/inbox.h"

#include <assert.h>
#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "store/inbox_priv.h"

#define FLIGHTS      1 /* the four answers of a declaration come close together: in one flight they raise it once */
#define BATCH_MAX    1024
#define TRIES_MAX    5
#define PAUSE_US     50000
#define FLIGHT_BYTES ((size_t)64 << 20)

struct flight {
	struct inbox *home;
	struct arena arena;
	struct db_call call;
	struct inbox_item *list[BATCH_MAX]; /* the whole batch, sorted */
	int total;
	struct inbox_write write;           /* the part under way */
	int tries;
	struct loop_timer pause;
	bool busy;
};

struct inbox {
	struct inbox_deps deps;
	struct inbox_item *head, **tail;
	int waiting;
	struct flight flights[FLIGHTS];
	struct loop_timer gather;
};

static db_done_fn on_stored;
static void fly(struct flight *fl);

/* --- flight ---------------------------------------------------------------------------------------------------- */

static void wait_for_company(struct inbox *b);

/* The part under way is over: what is left of the batch is next. */
static void part_over(struct flight *fl)
{
	fl->write.items += fl->write.count;
	fl->write.count = fl->total - (int)(fl->write.items - fl->list);
	fl->tries = 0;
	if (fl->write.count > 0) {
		fly(fl);
		return;
	}
	fl->busy = false;
	arena_done(&fl->arena);
	if (fl->home->head != NULL)
		wait_for_company(fl->home);
}

static void item_done(struct inbox_item *item, enum inbox_outcome outcome)
{
	item->outcome = outcome;
	item->on_done(item);
}

static void part_failed(struct flight *fl)
{
	for (int i = 0; i < fl->write.count; i++)
		item_done(fl->write.items[i], INBOX_TRY_AGAIN);
	part_over(fl);
}

/* What cannot be stored must not take the others with it: first the one half, later the rest. */
static void halve(struct flight *fl)
{
	fl->write.count = (fl->write.count + 1) / 2;
	fl->tries = 0;
	fly(fl);
}

static void fly(struct flight *fl)
{
	arena_done(&fl->arena);
	if (inbox_write_call(&fl->write))
		db_start(fl->home->deps.db, &fl->call, on_stored);
	else if (fl->write.count > 1)
		halve(fl);
	else
		part_failed(fl);
}

static void on_pause(struct loop_timer *t)
{
	fly(container_of(t, struct flight, pause));
}

static void failed(struct flight *fl, const struct db_answer *a)
{
	bool is_data = a->outcome == DB_BAD_DATA || a->outcome == DB_CONFLICT;

	if (is_data && fl->write.count > 1) {
		halve(fl);
		return;
	}
	if (!is_data && a->outcome != DB_BROKEN && fl->tries++ < TRIES_MAX) {
		loop_timer_set(fl->home->deps.loop, &fl->pause, PAUSE_US, on_pause);
		return;
	}
	log_event(NULL, LOG_LEVEL_ERROR, "inbox.not_stored", "%d items: %s %s %s", fl->write.count, db_outcome_name(a->outcome), a->sqlstate,
	          a->detail == NULL ? "" : a->detail);
	part_failed(fl);
}

static void on_stored(struct db_call *call, const struct db_answer *a)
{
	struct flight *fl = container_of(call, struct flight, call);
	struct inbox *b = fl->home;
	struct id *raised;
	int raised_count = 0;

	if (a->outcome != DB_DONE) {
		failed(fl, a);
		return;
	}
	killpoint(KILLPOINT_RECEIPT_STORED);
	raised = arena_alloc(&fl->arena, sizeof(*raised) * (size_t)(fl->write.count + 1));
	for (int row = 0; fl->write.answer_count > 0 && row < db_row_count(a->results[0]); row++) {
		struct inbox_item *item = fl->write.items[db_get_int(a->results[0], row, 0)];
		struct id declaration;
		bool known = db_get_id(a->results[0], row, 1, &declaration);

		item->outcome = known ? INBOX_STORED : INBOX_UNKNOWN;
		item->repeat = known && db_get_int(a->results[0], row, 2) == 0;
		item->is_first = known && db_get_int(a->results[0], row, 3) != 0;
		if (known && !item->repeat && raised != NULL)
			raised[raised_count++] = declaration;
	}
	for (int i = 0; i < fl->write.count; i++)
		item_done(fl->write.items[i], fl->write.items[i]->has_answer ? fl->write.items[i]->outcome : INBOX_STORED);
	if (raised_count > 0)
		b->deps.on_stored(b->deps.arg, &(struct raised){ .work = fl->write.work_id, .declarations = raised, .count = raised_count });
	part_over(fl);
}

/* --- queue ----------------------------------------------------------------------------------------------------- */

static void flush(struct inbox *b)
{
	for (int k = 0; k < FLIGHTS && b->head != NULL; k++) {
		struct flight *fl = &b->flights[k];

		if (fl->busy)
			continue;
		for (fl->total = 0; b->head != NULL && fl->total < b->deps.batch_limit; b->waiting--) {
			fl->list[fl->total++] = b->head;
			b->head = b->head->next;
		}
		if (b->head == NULL)
			b->tail = &b->head;
		inbox_sort(fl->list, fl->total);
		fl->busy = true;
		fl->write.items = fl->list;
		fl->write.count = fl->total;
		fl->tries = 0;
		fly(fl);
	}
}

static void on_gather(struct loop_timer *t)
{
	flush(container_of(t, struct inbox, gather));
}

static void wait_for_company(struct inbox *b)
{
	if (b->gather.place == 0)
		loop_timer_set(b->deps.loop, &b->gather, (int64_t)b->deps.gather_ms * 1000, on_gather);
}

struct inbox *inbox_new(const struct inbox_deps *deps, struct fault *f)
{
	struct inbox *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the inbox");
		return NULL;
	}
	assert(deps->batch_limit >= 1 && deps->batch_limit <= BATCH_MAX);
	b->deps = *deps;
	b->tail = &b->head;
	for (int k = 0; k < FLIGHTS; k++) {
		b->flights[k].home = b;
		b->flights[k].write = (struct inbox_write){ .deps = &b->deps, .arena = &b->flights[k].arena, .call = &b->flights[k].call };
		arena_init(&b->flights[k].arena, FLIGHT_BYTES);
	}
	return b;
}

void inbox_free(struct inbox *b)
{
	if (b == NULL)
		return;
	loop_timer_clear(b->deps.loop, &b->gather);
	for (int k = 0; k < FLIGHTS; k++) {
		struct flight *fl = &b->flights[k];

		if (fl->busy && fl->pause.place == 0)
			db_cancel(b->deps.db, &fl->call);
		loop_timer_clear(b->deps.loop, &fl->pause);
		arena_done(&fl->arena);
	}
	free(b);
}

bool inbox_submit(struct inbox *b, struct inbox_item *item, inbox_done_fn *on_done)
{
	assert(item->has_end || item->has_answer);
	if (b->waiting >= b->deps.waiting_limit)
		return false;
	item->on_done = on_done;
	item->next = NULL;
	item->repeat = false;
	*b->tail = item;
	b->tail = &item->next;
	b->waiting++;
	wait_for_company(b);
	return true;
}

bool inbox_idle(const struct inbox *b)
{
	for (int k = 0; k < FLIGHTS; k++)
		if (b->flights[k].busy)
			return false;
	return b->head == NULL;
}
