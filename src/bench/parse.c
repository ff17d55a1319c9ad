/*
 * What one core needs for a filing before any database or network: read, check, canonical text, digest. And the
 * filings themselves, to look at.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "standard/reader.h"
#include "standard/writer.h"

enum { DISTINCT = 256, BODY_BYTES = 8192, ARENA_BYTES = 1 << 20 };

struct parser {
	struct arena arena; /* of the whole run */
	struct filings filings;
	struct codebook *book;
	int32_t day;
	struct text bodies[DISTINCT];
	uint8_t blend;      /* of the digests: so that none is computed for nothing */
};

static void add_codes(struct codebook *c, enum code_list list, const char *codes)
{
	for (const char *at = codes; *at != '\0'; at += strcspn(at, " ")) {
		at += *at == ' ';
		if (!codebook_add_code(c, &(struct code_row){ .list = list, .code = { at, strcspn(at, " ") }, .name_zh = TEXT("-"), .valid_to = INT32_MAX }))
			abort();
	}
}

/* The few codes that the filings use: looking up one costs the same among many. */
static struct codebook *codes_of_filings(void)
{
	struct codebook *c = codebook_new(1 << 20);
	struct regime regime = { .trade_mode = TEXT("9610"), .wait_hours = 72, .valid_to = INT32_MAX, .source = TEXT("bench"), .flows = 0xf };

	if (c == NULL)
		return NULL;
	add_codes(c, CODES_CURRENCY, "142");
	add_codes(c, CODES_COUNTRY, "116 609");
	add_codes(c, CODES_UNIT, "035 122 142");
	add_codes(c, CODES_CUSTOMS, "2303");
	add_codes(c, CODES_TRADE_MODE, "9610");
	add_codes(c, CODES_TRANSPORT, "5");
	add_codes(c, CODES_WRAP, "2");
	add_codes(c, CODES_DIVISION, "320508");
	if (!codebook_add_regime(c, &regime))
		return NULL;
	regime.trade_mode = TEXT("*");
	regime.id = 1;
	return codebook_add_regime(c, &regime) && codebook_seal(c) ? c : NULL;
}

/* One filing, as intake does it; NULL: it was not acceptable. */
static struct document *read_one(struct parser *p, struct arena *a, struct text body, bool is_xml)
{
	struct message m = { 0 };
	struct fault f = { 0 };
	struct sha256 digest;
	size_t from;
	struct buf b;

	if (!(is_xml ? message_read_ceb(a, body, READ_LENIENT, &m, &f) : message_read_json(a, body, &m, &f))) {
		(void)fprintf(stderr, "tongguan-bench: %s\n", f.text);
		return NULL;
	}
	message_check(a, &m, p->book, p->day);
	if (m.node_count != 1 || m.nodes[0].doc == NULL || m.nodes[0].findings != NULL) {
		const struct findings *x = m.node_count > 0 ? m.nodes[0].findings : NULL;

		(void)fprintf(stderr, "tongguan-bench: %s: " TEXT_FMT "\n", x != NULL && x->count > 0 ? rule_slug(x->list[0].rule) : "no document", TEXT_ARG(body));
		return NULL;
	}
	buf_init(&b, a, body.len + 256);
	canonical_put(&b, m.nodes[0].doc, &from);
	digest = canonical_digest(buf_as_text(&b), from);
	p->blend ^= digest.b[0];
	return m.nodes[0].doc;
}

static bool make_bodies(struct parser *p, enum doc_kind kind, bool as_xml)
{
	for (int i = 0; i < DISTINCT; i++) {
		struct text body = filings_make(&p->filings, (uint64_t)i, kind);
		struct arena arena;
		struct buf b;
		const struct document *d;

		buf_init(&b, &p->arena, BODY_BYTES);
		if (as_xml) {
			arena_init(&arena, ARENA_BYTES);
			d = read_one(p, &arena, body, false);
			if (d != NULL)
				ceb_put_message(&b, &d, 1, TEXT("11111111-2222-3333-4444-555555555555"), clock_now_us(&(struct clock){ 0 }));
			arena_done(&arena);
			if (d == NULL)
				return false;
		} else {
			buf_text(&b, body);
		}
		p->bodies[i] = buf_as_text(&b);
		if (b.full)
			return false;
	}
	return true;
}

/* Microseconds a filing; negative: one was refused. */
static double measure(struct parser *p, bool is_xml, int64_t for_us)
{
	int64_t start_us = clock_mono_us(), now_us = start_us;
	uint64_t n = 0;

	while (now_us - start_us < for_us) {
		for (int i = 0; i < DISTINCT; i++, n++) {
			struct arena arena;
			bool good;

			arena_init(&arena, ARENA_BYTES);
			good = read_one(p, &arena, p->bodies[i], is_xml) != NULL;
			arena_done(&arena);
			if (!good)
				return -1;
		}
		now_us = clock_mono_us();
	}
	return (double)(now_us - start_us) / (double)n;
}

static bool start(struct parser *p, const struct bench_options *o)
{
	int64_t now_us = clock_now_us(&(struct clock){ 0 });

	*p = (struct parser){ .day = clock_day(now_us) };
	arena_init(&p->arena, (size_t)256 << 20);
	p->book = codes_of_filings();
	if (p->book == NULL || !filings_init(&p->filings, &p->arena, o->seed, text_of(o->run)))
		return false;
	trader_stamp(&p->filings.trader, now_us);
	return true;
}

static void done(struct parser *p)
{
	codebook_free(p->book);
	arena_done(&p->arena);
}

int bench_parse(const struct bench_options *o)
{
	static const struct {
		const char *name;
		enum doc_kind kind;
		bool is_xml;
	} rows[] = {
		{ "json_order_us", DOC_ORDER, false }, { "json_payment_us", DOC_PAYMENT, false }, { "json_waybill_us", DOC_WAYBILL, false },
		{ "json_inventory_us", DOC_INVENTORY, false }, { "ceb_311_us", DOC_ORDER, true }, { "ceb_621_us", DOC_INVENTORY, true },
	};
	struct parser p;
	bool good = start(&p, o);

	(void)printf("{");
	for (size_t i = 0; good && i < COUNTOF(rows); i++) {
		double us = make_bodies(&p, rows[i].kind, rows[i].is_xml) ? measure(&p, rows[i].is_xml, o->seconds * US_PER_S / (int64_t)COUNTOF(rows)) : -1;

		good = us > 0;
		(void)printf("%s\"%s\":%.2f,\"%.*sbytes\":%zu", i == 0 ? "" : ",", rows[i].name, us, (int)strlen(rows[i].name) - 2, rows[i].name, p.bodies[0].len);
	}
	(void)printf(",\"blend\":%d}\n", p.blend);
	done(&p);
	return good ? 0 : EX_SOFTWARE;
}

int bench_sample(const struct bench_options *o)
{
	struct parser p;
	bool good = start(&p, o);

	for (int kind = 0; good && kind < 4; kind++) {
		struct text body = filings_make(&p.filings, o->from, (enum doc_kind)kind);

		(void)printf(TEXT_FMT "\n", TEXT_ARG(body));
	}
	done(&p);
	return good ? 0 : EX_USAGE;
}
