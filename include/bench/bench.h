/*
 * tongguan-bench: load for the gateway and for its database, light enough to run beside them.
 *
 * A filing is a template with fixed-width places: numbers of the n-th trade are patched into the bytes of a whole
 * HTTP request, which then leaves in one send(). Every trade is a pure function of seed, run and n, so the four
 * filings of one can be made at four different times without remembering anything.
 *
 * Measures and prints one JSON object; decides nothing. What is good enough is said by tests/bench/run.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "io/loop.h"
#include "model/field.h"

/* --- latency.c: how long things took, to within 2 %, in fixed memory ------------------------------------------------- */

enum { LATENCY_BITS = 6, LATENCY_SLOTS = 40 << LATENCY_BITS };

struct latency {
	uint64_t counts[LATENCY_SLOTS];
	uint64_t count;
	int64_t max_us;
};

void latency_add(struct latency *l, int64_t us);
int64_t latency_at(const struct latency *l, double share); /* 0.99: the 99th percentile, us; 0 when nothing was added */

/* --- trade.c: the numbers of the n-th trade -------------------------------------------------------------------------- */

/* Places in a template: name between angle brackets, width in bytes. */
#define SLOT_MAP(X) \
	X(GUID, "guid", 36) X(SENT_AT, "sent_at", 25) X(DAY, "day", 10) X(ORDER_NO, "order_no", 19) X(PAYMENT_NO, "payment_no", 25) \
	X(WAYBILL_NO, "waybill_no", 19) X(BUYER, "buyer", 9) X(BUYER_NUMBER, "buyer_number", 18) X(TELEPHONE, "telephone", 11) \
	X(HOUSE, "house", 4) X(ROOM, "room", 3) X(PRICE_1, "price_1", 6) X(PRICE_2, "price_2", 6) X(TOTAL_2, "total_2", 6) \
	X(GOODS, "goods", 6) X(FREIGHT, "freight", 5) X(DISCOUNT, "discount", 4) X(TAX, "tax", 5) X(PAID, "paid", 6)

enum slot {
#define X(id, name, width) SLOT_##id,
	SLOT_MAP(X)
#undef X
	SLOT_COUNT
};

enum { SLOT_WIDTH_MAX = 36, RUN_CHARS = 6 };

struct trader { /* what all trades of a run share */
	uint64_t seed, buyers;   /* buyers: how many there are, the same in every run of a seed; 0: each trade has its own */
	char run[RUN_CHARS + 1]; /* letters and digits; in every key, so that no two runs share one */
	uint64_t run_hash;
	int64_t stamped_s;       /* the second that the times below are of */
	char sent_at[25], day[10];
};

struct trade {
	uint64_t n;
	char values[SLOT_COUNT][SLOT_WIDTH_MAX];
};

/* False: the run's name is not RUN_CHARS letters and digits. */
bool trader_init(struct trader *r, uint64_t seed, struct text run) must_check;
void trader_stamp(struct trader *r, int64_t now_us); /* the times of the filings made from now on */
void trade_make(struct trade *t, const struct trader *r, uint64_t n);
/* The four kinds in this trade's own order. */
void trade_order(const struct trader *r, uint64_t n, enum doc_kind out[4]);

/* --- template.c ------------------------------------------------------------------------------------------------------ */

enum { PLACES_MAX = 40 };

struct template {
	char *bytes;
	size_t len, head_len; /* head_len: the HTTP head in front of the body */
	struct { uint16_t at; uint8_t slot; } places[PLACES_MAX];
	int place_count;
};

/* pattern: JSON with ' for " and <slot> for places. False: arena full or a place of no such name. */
bool template_init(struct template *t, struct arena *a, const char *pattern) must_check;
bool template_prefix(struct template *t, struct arena *a, struct text head) must_check;
void template_fill(struct template *t, const struct trade *from, const char guid[36]);

/* --- filings.c: the four filings of an import declaration of regime 9610, which four authorities must clear --------- */

struct filings {
	struct arena *arena;
	struct trader trader;
	struct template of[4]; /* by doc_kind: order, payment, waybill, inventory */
};

bool filings_init(struct filings *f, struct arena *a, uint64_t seed, struct text run) must_check;
/* Makes requests of the bodies: POST path with this token (may be absent). */
bool filings_for_http(struct filings *f, const char *host, const char *path, const char *const tokens[4]) must_check;
/* The n-th trade's filing; the bytes are valid until the next call for this kind. */
struct text filings_make(struct filings *f, uint64_t n, enum doc_kind kind); /* request, or body when there is no head */

/* --- client.c: keep-alive connections, one request at a time each ---------------------------------------------------- */

struct client;

struct wire {
	struct client *home;
	struct loop_fd watch;
	struct wire *next_idle;
	int fd;               /* -1: could not be opened again */
	bool busy;
	int64_t due_us;       /* the caller's: when this request was due */
	uint32_t rest_from, rest_len; /* of a request that did not leave whole */
	uint32_t in_len;
	char rest[4096], in[8192];
};

/* status 0: the connection broke before the whole answer. The wire is idle again and may be used at once. */
typedef void client_answered_fn(void *arg, struct wire *w, int status, struct text body);

struct client {
	struct loop *loop;
	struct sockaddr_in to;
	client_answered_fn *answered;
	void *arg;
	struct wire *wires;
	int count, busy;
	uint64_t opened;
	struct wire *idle; /* the last used first: its memory is warm */
};

/* url: http://ADDRESS:PORT[/path]; path: where the requests go. */
bool client_address(struct text url, struct sockaddr_in *to, const char **path, struct arena *a, struct fault *f) must_check;
bool client_open(struct client *c, struct arena *a, int count, struct fault *f) must_check;
struct wire *client_idle(struct client *c); /* takes one; NULL: none */
bool wire_send(struct wire *w, struct text request) must_check; /* false: it could not be opened again */
void client_close(struct client *c);

/* --- the modes ------------------------------------------------------------------------------------------------------- */

struct bench_options {
	const char *url, *tokens, *run, *conninfo;
	uint64_t seed, from, buyers;
	int connections, seconds, warm_ms, rate, spread_ms, rows;
	int patience_s; /* after the end, for what was due and could not be sent or is not answered */
};

int bench_intake(const struct bench_options *o);       /* load.c: closed loop, orders */
int bench_declarations(const struct bench_options *o); /* load.c: open loop, four filings each */
int bench_arrays(const struct bench_options *o);       /* arrays.c: the same bytes straight into PostgreSQL */
int bench_parse(const struct bench_options *o);        /* parse.c: reading, checking, digest, on one core */
int bench_sample(const struct bench_options *o);       /* parse.c: the four filings of one trade, a line each */

#endif
