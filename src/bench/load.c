/*
 * Load by two disciplines, over the same connections.
 *
 *   intake        closed loop: each connection sends the next order as soon as the last one is answered
 *   declarations  open loop: filings are due at a fixed rate, answered or not; a latency counts from the time when its
 *                 filing was due, so a gateway that stalls cannot hide what waited meanwhile
 *
 * In the open loop the four filings of a declaration, in that declaration's own order, are due `spread` apart; they
 * come among filings of the declarations before and after.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "base/clock.h"
#include "bench/bench.h"

enum { STATUS_MAX = 600, LATE_US = 5000, SHOWN_MAX = 3, TOKEN_BYTES = 128 };

struct load {
	const struct bench_options *o;
	struct arena arena;
	struct loop *loop;
	struct client client;
	struct filings filings;
	char tokens[4][TOKEN_BYTES];
	struct clock clock;
	struct loop_timer timer;
	void (*feed)(struct load *l);
	int64_t start_us, measure_us, end_us; /* monotonic; measure: after the warm-up */
	int64_t first_sent_at_us;             /* wall clock */
	uint64_t sent, due_count, lag;        /* open loop: filings due in all; lag between a declaration's filings, in declarations */
	uint64_t late, broken, refused, measured;
	uint64_t statuses[STATUS_MAX];
	struct latency latency;
	struct latency *of_second; /* open loop: of the filings that were due in each second */
	int shown;
	bool is_open_loop;
};

static bool has_patience(const struct load *l, int64_t now_us)
{
	return now_us <= l->end_us + l->o->patience_s * US_PER_S;
}

/* --- answers --------------------------------------------------------------------------------------------------------- */

static void on_answer(void *arg, struct wire *w, int status, struct text body)
{
	struct load *l = arg;
	int64_t now_us = clock_mono_us();

	if (status == 0) {
		l->broken++;
	} else {
		l->statuses[status < STATUS_MAX ? status : 0]++;
		if (status >= 300 && l->shown++ < SHOWN_MAX)
			(void)fprintf(stderr, "tongguan-bench: %d " TEXT_FMT "\n", status, TEXT_ARG(body));
		if (status < 300 && w->due_us >= l->measure_us && (l->is_open_loop || now_us <= l->end_us)) {
			l->measured++;
			latency_add(&l->latency, now_us - w->due_us);
			if (l->is_open_loop && w->due_us < l->end_us)
				latency_add(&l->of_second[(w->due_us - l->start_us) / US_PER_S], now_us - w->due_us);
		}
	}
	l->feed(l);
}

static bool send_filing(struct load *l, uint64_t n, enum doc_kind kind, int64_t due_us)
{
	struct wire *w = client_idle(&l->client);

	if (w == NULL)
		return false;
	w->due_us = due_us;
	if (l->sent++ == 0)
		l->first_sent_at_us = clock_now_us(&l->clock);
	if (!wire_send(w, filings_make(&l->filings, l->o->from + n, kind)))
		l->refused++;
	return true;
}

static void tick(struct loop_timer *t)
{
	struct load *l = container_of(t, struct load, timer);

	trader_stamp(&l->filings.trader, clock_now_us(&l->clock));
	l->feed(l);
}

/* --- closed loop ----------------------------------------------------------------------------------------------------- */

static void feed_closed(struct load *l)
{
	int64_t now_us = clock_mono_us();

	while (now_us < l->end_us && l->refused == 0 && send_filing(l, l->sent, DOC_ORDER, now_us))
		continue;
	if (l->client.busy == 0 || !has_patience(l, now_us))
		loop_stop(l->loop);
	else
		loop_timer_set(l->loop, &l->timer, 100000, tick);
}

/* --- open loop ------------------------------------------------------------------------------------------------------- */

/* The i-th filing due: which declaration and kind; false: none (the ends of the run, where some declarations are not open). */
static bool filing_of(const struct load *l, uint64_t i, uint64_t *n, enum doc_kind *kind)
{
	uint64_t turn = i / 4, place = i % 4, behind = place * l->lag, declarations = (uint64_t)l->o->rate * (uint64_t)l->o->seconds;
	enum doc_kind order[4];

	if (turn < behind || turn - behind >= declarations)
		return false;
	*n = turn - behind;
	trade_order(&l->filings.trader, l->o->from + *n, order);
	*kind = order[place];
	return true;
}

static void feed_open(struct load *l)
{
	int64_t now_us = clock_mono_us(), per_second = 4 * (int64_t)l->o->rate;
	enum doc_kind kind;
	uint64_t n;

	while (l->due_count > 0) {
		uint64_t i = 4 * ((uint64_t)l->o->rate * (uint64_t)l->o->seconds + 3 * l->lag) - l->due_count;
		int64_t due_us = l->start_us + (int64_t)i * US_PER_S / per_second;

		if (due_us > now_us) {
			loop_timer_set(l->loop, &l->timer, due_us - now_us, tick);
			return;
		}
		if (filing_of(l, i, &n, &kind)) {
			if (!send_filing(l, n, kind, due_us))
				break; /* all are busy: the next answer goes on */
			l->late += now_us - due_us > LATE_US;
		}
		l->due_count--;
	}
	if ((l->due_count == 0 && l->client.busy == 0) || !has_patience(l, now_us))
		loop_stop(l->loop);
	else
		loop_timer_set(l->loop, &l->timer, 10000, tick);
}

/* --- start and report ------------------------------------------------------------------------------------------------ */

/* Lines "KIND TOKEN"; "* TOKEN" for all kinds. */
static bool read_tokens(struct load *l, const char *of[4])
{
	char line[256], name[32], token[TOKEN_BYTES];
	FILE *f = l->o->tokens == NULL ? NULL : fopen(l->o->tokens, "re");

	if (l->o->tokens != NULL && f == NULL) {
		perror(l->o->tokens);
		return false;
	}
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%31s %127s", name, token) != 2)
			continue;
		for (int kind = 0; kind < 4; kind++) {
			if (strcmp(name, "*") != 0 && strcmp(name, doc_kind_name((enum doc_kind)kind)) != 0)
				continue;
			memcpy(l->tokens[kind], token, sizeof(token));
			of[kind] = l->tokens[kind];
		}
	}
	if (f != NULL)
		(void)fclose(f);
	return true;
}

static bool start(struct load *l, struct fault *f)
{
	const char *tokens[4] = { NULL }, *path, *host;

	arena_init(&l->arena, (size_t)256 << 20);
	if (!client_address(text_of(l->o->url), &l->client.to, &path, &l->arena, f))
		return false;
	host = l->o->url + sizeof("http://") - 1;
	host = arena_copy(&l->arena, host, strcspn(host, "/"));
	if (!read_tokens(l, tokens))
		return fault_set(f, FAULT_CONFIG, "the tokens could not be read");
	if (host == NULL || !filings_init(&l->filings, &l->arena, l->o->seed, text_of(l->o->run)) ||
	    !filings_for_http(&l->filings, host, path, tokens))
		return fault_set(f, FAULT_CONFIG, "--run must be %d capital letters and digits", RUN_CHARS);
	l->filings.trader.buyers = l->o->buyers;
	l->loop = loop_new(f);
	if (l->loop == NULL)
		return false;
	l->client.loop = l->loop;
	l->client.answered = on_answer;
	l->client.arg = l;
	return client_open(&l->client, &l->arena, l->o->connections, f);
}

static void put_ms(const char *name, int64_t us)
{
	(void)printf(",\"%s\":%" PRId64 ".%03d", name, us / 1000, (int)(us % 1000));
}

static void report(const struct load *l)
{
	const struct bench_options *o = l->o;
	uint64_t answered = 0, good = 0, unanswered = (uint64_t)l->client.busy + l->refused;
	int64_t seconds_us = l->is_open_loop ? (int64_t)o->seconds * US_PER_S : l->end_us - l->measure_us;
	struct rusage used;
	const char *comma = "";

	for (int i = 0; i < STATUS_MAX; i++) {
		answered += l->statuses[i];
		good += i >= 200 && i < 300 ? l->statuses[i] : 0;
	}
	(void)getrusage(RUSAGE_SELF, &used);
	(void)printf("{\"per_s\":%.1f,\"sent\":%" PRIu64 ",\"acknowledged\":%" PRIu64 ",\"new\":%" PRIu64, (double)l->measured * 1e6 / (double)seconds_us,
	             l->sent, good, l->statuses[201]);
	put_ms("p50_ms", latency_at(&l->latency, 0.50));
	put_ms("p99_ms", latency_at(&l->latency, 0.99));
	put_ms("max_ms", l->latency.max_us);
	(void)printf(",\"late\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"broken\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",\"statuses\":{", l->late,
	             answered - good + l->broken + unanswered, l->broken, unanswered);
	for (int i = 0; i < STATUS_MAX; i++) {
		if (l->statuses[i] == 0)
			continue;
		(void)printf("%s\"%d\":%" PRIu64, comma, i, l->statuses[i]);
		comma = ",";
	}
	(void)printf("},\"p99_ms_of_seconds\":[");
	for (int i = 0; l->is_open_loop && i < o->seconds; i++)
		(void)printf("%s%" PRId64, i == 0 ? "" : ",", latency_at(&l->of_second[i], 0.99) / 1000);
	(void)printf("],\"connections_opened\":%" PRIu64 ",\"cpu_us_per_request\":%.2f,\"first_sent_at_us\":%" PRId64 "}\n", l->client.opened,
	             ((double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec)) /
	                     (double)(l->sent == 0 ? 1 : l->sent), l->first_sent_at_us);
}

static int run(const struct bench_options *o, void (*feed)(struct load *l))
{
	struct load *l = calloc(1, sizeof(*l));
	struct fault f = { 0 };
	int status = EX_UNAVAILABLE;

	if (l == NULL)
		return EX_OSERR;
	l->of_second = calloc((size_t)o->seconds + 1, sizeof(*l->of_second));
	if (l->of_second == NULL) {
		free(l);
		return EX_OSERR;
	}
	l->o = o;
	l->feed = feed;
	l->is_open_loop = feed == feed_open;
	if (start(l, &f)) {
		l->start_us = clock_mono_us();
		l->measure_us = l->is_open_loop ? l->start_us : l->start_us + (int64_t)o->warm_ms * 1000;
		l->end_us = l->measure_us + (int64_t)o->seconds * US_PER_S;
		l->lag = (uint64_t)o->spread_ms * (uint64_t)o->rate / 1000;
		l->due_count = 4 * ((uint64_t)o->rate * (uint64_t)o->seconds + 3 * l->lag);
		loop_timer_set(l->loop, &l->timer, 0, tick);
		loop_run(l->loop);
		report(l);
		status = 0;
	} else {
		(void)fprintf(stderr, "tongguan-bench: %s\n", f.text);
	}
	client_close(&l->client);
	loop_free(l->loop);
	arena_done(&l->arena);
	free(l->of_second);
	free(l);
	return status;
}

int bench_intake(const struct bench_options *o)
{
	return run(o, feed_closed);
}

int bench_declarations(const struct bench_options *o)
{
	return run(o, feed_open);
}
