/* The vault of a worker: which data key encrypts just now; and the first worker makes the next month's ahead. */
#include "base/log.h"
#include "worker_priv.h"

#define RETRY_US (60 * US_PER_S)

static int64_t real_now_us(void)
{
	static const struct clock unmoved = { 0 };

	return clock_now_us(&unmoved);
}

static void on_made(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, keys.call);

	w->keys.making = false;
	arena_done(&w->keys.arena);
	if (a->outcome != DB_DONE)
		log_event(NULL, LOG_LEVEL_WARNING, "keys.not_made", "%s", a->detail == NULL ? db_outcome_name(a->outcome) : a->detail);
	else if (db_row_count(a->results[0]) > 0)
		log_event(NULL, LOG_LEVEL_NOTICE, "keys.made", "data key %d01", (int)key_store_month_after(key_store_month(real_now_us())));
}

bool worker_keys_open(struct worker *w, struct fault *f)
{
	const struct key_list *known = &w->deps.startup->data_keys;

	w->vault = vault_new();
	for (int i = 0; w->vault != NULL && i < known->count; i++)
		if (!vault_add(w->vault, known->keys[i].number, known->keys[i].key))
			return fault_set(f, FAULT_SYSTEM, "no memory for data keys");
	return w->vault != NULL && (vault_use(w->vault, key_store_month(real_now_us())) || fault_set(f, FAULT_CONFIG, "no data key is of this month or one before it"));
}

bool worker_keys_take(struct worker *w, const struct db_rows *rows, struct fault *f)
{
	return key_store_take(w->vault, w->deps.startup->kek, rows, f);
}

void worker_keys_tick(struct worker *w)
{
	int32_t month = key_store_month(real_now_us()), next = key_store_month_after(month);

	vault_use(w->vault, month); /* as before, when there is none newer */
	if (w->deps.index != 0 || w->keys.making || vault_has(w->vault, next * 100 + 1) || loop_now_us(w->loop) < w->keys.again_us)
		return;
	w->keys.again_us = loop_now_us(w->loop) + RETRY_US; /* what another daemon made is read soon */
	arena_init(&w->keys.arena, 4096);
	if (!key_store_make(&w->keys.made, &w->keys.arena, w->deps.startup->kek, next, &w->keys.call)) {
		arena_done(&w->keys.arena);
		return;
	}
	w->keys.making = true;
	db_start(w->pools[POOL_QUERY], &w->keys.call, on_made);
}

void worker_keys_stop(struct worker *w)
{
	if (w->keys.making)
		db_cancel(w->pools[POOL_QUERY], &w->keys.call);
	w->keys.making = false;
	arena_done(&w->keys.arena);
}
