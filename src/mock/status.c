/* What the simulator does and did, as one JSON document for people: GET /status. */
#include "mock/mock.h"

static void put_counts(struct buf *b, const struct mock_authority *m)
{
	buf_printf(b, "\"messages\":%llu,\"attempts\":%llu,\"effects\":%llu,\"clashes\":%llu,\"posted\":%llu,\"waiting\":%llu,\"queries\":%llu",
	           (unsigned long long)m->messages, (unsigned long long)m->attempts, (unsigned long long)m->effects, (unsigned long long)m->clashes,
	           (unsigned long long)m->posted, (unsigned long long)later_waiting(m->home->later, m), (unsigned long long)m->queries);
}

void status_put_summary(struct buf *b, const struct mock_authority *m)
{
	buf_printf(b, "{\"authority\":\"%s\",", authority_code(m->authority));
	put_counts(b, m);
	buf_char(b, '}');
}

static void put_flag(struct buf *b, bool *first, const char *name)
{
	buf_printf(b, "%s\"%s\"", *first ? "" : ",", name);
	*first = false;
}

/* Which faults are in force, by name; how many of each says the setting itself. */
static void put_faults(struct buf *b, const struct mock_authority *m)
{
	const struct mock_behaviour *x = &m->behaviour, *q = &m->query_behaviour;
	bool first = true, is_chaotic = false;

	for (int i = 0; i < CHAOS_KIND_COUNT; i++)
		is_chaotic = is_chaotic || m->chaos.per_mille[i] > 0;
	buf_str(b, "\"faults\":[");
	if (x->down)
		put_flag(b, &first, "down");
	if (x->latency_ms > 0)
		put_flag(b, &first, "slow");
	if (x->limit_per_s > 0)
		put_flag(b, &first, "limited");
	if (x->refuse_next > 0)
		put_flag(b, &first, "refuse");
	if (x->lose_before_next + x->lose_after_next > 0)
		put_flag(b, &first, "lose");
	if (x->drop_before_next + x->drop_after_next > 0)
		put_flag(b, &first, "drop");
	if (x->wrong_next + x->corrupt_next > 0)
		put_flag(b, &first, "wrong");
	if (x->answer == MOCK_NEVER)
		put_flag(b, &first, "never-answers");
	if (q->down || q->latency_ms + q->limit_per_s + q->refuse_next + q->lose_before_next + q->lose_after_next + q->drop_before_next
	                   + q->drop_after_next + q->wrong_next + q->corrupt_next > 0)
		put_flag(b, &first, "queries");
	if (m->exceptions != NULL)
		put_flag(b, &first, "exceptions");
	if (is_chaotic)
		put_flag(b, &first, "chaos");
	buf_char(b, ']');
}

static void put_authority(struct buf *b, const struct mock_authority *m)
{
	buf_printf(b, "\n    {\"authority\":\"%s\",\"title\":", authority_code(m->authority));
	buf_json(b, text_of(authority_title(m->authority, false)));
	buf_str(b, ",\"title_zh\":");
	buf_json(b, text_of(authority_title(m->authority, true)));
	buf_char(b, ',');
	put_counts(b, m);
	buf_printf(b, ",\"rules\":%d,", m->rules.count);
	put_faults(b, m);
	buf_char(b, '}');
}

void status_put(struct buf *b, const struct mock *m)
{
	char started[CLOCK_RFC3339_BYTES];

	clock_rfc3339(m->started_us, 0, started);
	buf_printf(b, "{\n  \"program\": \"tongguan-mock %s\",\n  \"started_at\": \"%s\",\n  \"uptime_s\": %lld,\n  \"seed\": %lld,\n", TONGGUAN_VERSION, started,
	           (long long)((clock_now_us(&m->clock) - m->started_us) / US_PER_S), (long long)m->seed);
	buf_str(b, "  \"gateway\": ");
	buf_json(b, text_of(m->gateway));
	if (m->journal == NULL)
		buf_str(b, ",\n  \"journal\": null,\n  \"authorities\": [");
	else
		buf_printf(b, ",\n  \"journal\": {\"bytes\": %lld, \"records\": %lld, \"cut_bytes\": %lld},\n  \"authorities\": [",
		           (long long)journal_bytes(m->journal), (long long)journal_records(m->journal), (long long)journal_cut_bytes(m->journal));
	for (int a = 0; a < AUTHORITY_COUNT; a++) {
		if (a > 0)
			buf_char(b, ',');
		put_authority(b, &m->authorities[a]);
	}
	buf_str(b, "\n  ]\n}\n");
}
