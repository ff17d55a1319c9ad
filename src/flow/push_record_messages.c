/*
 * What a record says of the messages in it, as parameters of its statements: what failed, what is done, whom to disable, and the log.
 */
#include "flow/push_priv.h"

bool push_is_failed(const struct push_message *m)
{
	return m->fate != WEBHOOK_DELIVERED && !m->is_ping;
}

/* Delivered, or a ping however it ended: its row in push goes, if it has one. */
bool push_is_done(const struct push_message *m)
{
	return m->stream == NULL && !push_is_failed(m);
}

static struct text reason_of(const struct push_message *m, struct arena *a)
{
	struct buf b;

	if (m->status == 0)
		return text_of(m->reason);
	buf_init(&b, a, 24);
	buf_printf(&b, "status %d", m->status);
	return buf_as_text(&b);
}

void push_put_failed(struct push *p, struct db_param *params)
{
	struct arena *a = &p->record_arena;
	struct db_array subs, ids, types, bodies, attempts, times, reasons;
	size_t bytes = 0;
	int count = 0;

	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		count += push_is_failed(m);
		bytes += push_is_failed(m) ? m->body.len + 8 : 0;
	}
	db_array_begin(&subs, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&ids, a, DB_KIND_TEXT, count, 48 * (size_t)count);
	db_array_begin(&types, a, DB_KIND_TEXT, count, 64 * (size_t)count);
	db_array_begin(&bodies, a, DB_KIND_BYTEA, count, bytes);
	db_array_begin(&attempts, a, DB_KIND_I32, count, 8 * (size_t)count);
	db_array_begin(&times, a, DB_KIND_TIME, count, 12 * (size_t)count);
	db_array_begin(&reasons, a, DB_KIND_TEXT, count, 64 * (size_t)count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!push_is_failed(m))
			continue;
		db_array_id(&subs, &m->sub->id);
		db_array_text(&ids, m->id);
		db_array_text(&types, text_of(m->content_type));
		db_array_bytes(&bodies, m->body.at, m->body.len);
		db_array_i64(&attempts, m->attempts);
		db_array_i64(&times, m->next_us);
		db_array_text(&reasons, reason_of(m, a));
	}
	params[0] = db_array_end(&subs);
	params[1] = db_array_end(&ids);
	params[2] = db_array_end(&types);
	params[3] = db_array_end(&bodies);
	params[4] = db_array_end(&attempts);
	params[5] = db_array_end(&times);
	params[6] = db_array_end(&reasons);
	params[7] = db_time(a, clock_now_us(p->deps.clock));
}

void push_put_done(struct push *p, struct db_param *params)
{
	struct arena *a = &p->record_arena;
	struct db_array subs, ids, off, reasons;
	int count = 0;

	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next)
		count += push_is_done(m);
	db_array_begin(&subs, a, DB_KIND_UUID, count, 20 * (size_t)count);
	db_array_begin(&ids, a, DB_KIND_TEXT, count, 48 * (size_t)count);
	db_array_begin(&off, a, DB_KIND_UUID, p->disabled_count, 20 * (size_t)p->disabled_count);
	db_array_begin(&reasons, a, DB_KIND_TEXT, p->disabled_count, 100 * (size_t)p->disabled_count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!push_is_done(m))
			continue;
		db_array_id(&subs, &m->sub->id);
		db_array_text(&ids, m->id);
	}
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		s->disabling = s->disabled;
		s->disabled = false;
		if (!s->disabling)
			continue;
		db_array_id(&off, &s->id);
		db_array_text(&reasons, text_of(s->why));
	}
	p->disabled_count = 0;
	params[0] = db_array_end(&subs);
	params[1] = db_array_end(&ids);
	params[2] = db_array_end(&off);
	params[3] = db_array_end(&reasons);
	params[4] = db_time(a, clock_now_us(p->deps.clock));
}

/* --- the log of attempts ---------------------------------------------------------------------------------------------- */

static bool is_plain_success(const struct push_message *m)
{
	return m->fate == WEBHOOK_DELIVERED && m->attempts == 1 && !m->is_ping;
}

/* Of a subscription's messages that went well at first in this record one stands for all: a busy one leaves no row each. */
static int count_log(struct push *p)
{
	int count = 0;

	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		m->sub->log_last = NULL;
		m->sub->log_others = -1;
	}
	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		if (!is_plain_success(m) || m->sub->log_last == NULL)
			count++;
		if (is_plain_success(m)) {
			m->sub->log_last = m;
			m->sub->log_others++;
		}
	}
	return count;
}

void push_put_log(struct push *p, struct db_param *params)
{
	static const enum db_kind kinds[PUSH_LOG_PARAMS] = { DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_TIME,
		                                             DB_KIND_I32,  DB_KIND_I32,  DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT };
	struct db_array x[PUSH_LOG_PARAMS];
	int count = count_log(p);

	for (int i = 0; i < PUSH_LOG_PARAMS; i++)
		db_array_begin(&x[i], &p->record_arena, kinds[i], count, 24 * (size_t)count);
	for (const struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		bool is_shown = !is_plain_success(m) || m == m->sub->log_last;

		if (!is_shown)
			continue;
		db_array_id(&x[0], &m->sub->id);
		db_array_text(&x[1], m->id);
		db_array_i64(&x[2], m->attempts);
		db_array_i64(&x[3], is_plain_success(m) ? m->sub->log_others : 0);
		db_array_i64(&x[4], m->at_us);
		db_array_i64(&x[5], m->duration_us / 1000);
		db_array_i64(&x[6], m->status);
		db_array_text(&x[7], text_of(webhook_fate_name(m->fate)));
		db_array_text(&x[8], m->answer[0] == '\0' ? (struct text){ NULL, 0 } : text_of(m->answer));
		db_array_text(&x[9], m->reason[0] == '\0' ? (struct text){ NULL, 0 } : text_of(m->reason));
	}
	for (int i = 0; i < PUSH_LOG_PARAMS; i++)
		params[i] = db_array_end(&x[i]);
}
