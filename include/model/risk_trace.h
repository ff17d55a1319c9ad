/*
 * What one trade leaves for the rules that count (table risk_trace), and what was counted for one trade. Pure.
 *
 *   order, payment, inventory ──risk_trace_make──► struct risk_trace ──stored──► seen again by later trades ──risk_trace_count──► risk_facts
 *
 * Of persons it holds keyed hashes of 64 bits only: equal or not is all the rules ask. Time is the trade's own (when it was paid; of exports
 * when the order was reported), so that what came late, or again, is counted where it belongs. Hashes are 0 where nothing is known.
 */
#ifndef MODEL_RISK_TRACE_H
#define MODEL_RISK_TRACE_H

#include "base/arena.h"
#include "model/document.h"
#include "model/risk_set.h"

enum { RISK_GOODS_BYTES = 24, RISK_SEEN_MAX = 200 }; /* SEEN: trades of one buyer that are looked at; of more the latest, and sums are those of these at least */

struct risk_goods {
	int64_t sku;      /* the merchant's own number, or commodity code and unit; and the currency */
	int64_t unit_fen; /* price of one, rounded down */
	int32_t units;    /* rounded up */
	int32_t heading;  /* first four digits of the commodity code */
};

struct risk_trace {
	int64_t at_us;
	int64_t buyer, registration, address, phone;
	int64_t account;  /* whose money it is, where that is not the buyer's own */
	int64_t shop;     /* merchant, platform and amount */
	int64_t total_fen;
	struct text goods; /* RISK_GOODS_BYTES a line: as it is stored */
};

struct risk_seen { /* an earlier trade of the same buyer */
	int64_t at_us, registration, total_fen;
	struct text goods;
};

/* The key of the hashes, of the daemon's secret for pseudonyms; nothing that can be filed leads to it. */
struct sha256 risk_secret(struct text master);
/* The hash of a buyer, by his number; 0: none. */
int64_t risk_person(struct text secret, struct text number);
/* The text by which two addresses are held to be one: without blanks and punctuation, wide forms made narrow, capitals. */
struct text risk_address(struct arena *a, struct text address);
/* payment: NULL where there is none. False: arena full. */
bool risk_trace_make(struct arena *a, struct text secret, const struct document *order, const struct document *payment, const struct document *inventory,
                     int64_t opened_us, struct risk_trace *out) must_check;
int risk_goods_count(struct text goods);
struct risk_goods risk_goods_get(struct text goods, int line);

/* How far back trades of one buyer are asked for: the longest window of the rules that count them. */
int risk_buyer_window(const struct risk_day *d);
/* Fills what is counted of one buyer: orders, splits, units, accounts and sums; of what was known until then, this trade included. */
void risk_trace_count(const struct risk_day *d, const struct risk_trace *own, const struct risk_seen *seen, int seen_count, struct risk_facts *out);

#endif
