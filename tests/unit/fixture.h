/*
 * Filings for tests: acceptable JSON of each message, with what tests vary as parameters; and a small codebook
 * that knows the codes in them.
 *
 * All filings of one fixture belong to one trade and match. The enterprises and persons do not exist.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "model/check.h"

#define FIXTURE_PLATFORM  "91330100MA2T000237"
#define FIXTURE_MERCHANT  "91320500MA1T00013G"
#define FIXTURE_PAYER_CO  "91150100MA0T000386"
#define FIXTURE_CARRIER   "91441800MA5T00045D"
#define FIXTURE_DECLARANT "91350100M000100Y43"
#define FIXTURE_BUYER_ID  "320500190001010019"
#define FIXTURE_OTHER_ID  "330100190001010027"
#define FIXTURE_SENT_AT   "2026-03-02T10:11:12+08:00"

struct fixture {
	const char *platform, *merchant, *declarant, *carrier, *payment_company;
	const char *order_no, *waybill_no, *payment_no;
	const char *buyer_name, *buyer_id, *payer_name, *payer_id;
	const char *trade_mode; /* "9610", "1210" … */
	const char *action;     /* "add", "change", "delete" */
	const char *sent_at;
	long price_fen;         /* of one piece of line 1; line 2 is two pieces of 12.50 */
	long paid_fen;          /* of the payment; 0: what the order says */
	int guid;               /* number in the guid */
};

void fixture_init(struct fixture *f); /* import 9610, order TG-0001 */
/* The filing as JSON, in the arena: one of the kinds up to DOC_WAYBILL_STATUS, of which export has none. */
struct text fixture_json(struct arena *a, const struct fixture *f, enum doc_kind kind, enum direction d);
/* The same, read with the plain JSON parser: for tests that do not test the reader. */
struct document *fixture_document(struct arena *a, const struct fixture *f, enum doc_kind kind, enum direction d);
struct document *fixture_read(struct arena *a, struct text json);
/* What the order says was paid, in fen. */
long fixture_order_fen(const struct fixture *f, enum direction d);

/* Any message, made by its table: acceptable, with values as odd as the table allows; the same seed, the same document. */
struct document *fixture_made(struct arena *a, const struct message_def *def, const struct codebook *book, uint32_t seed);

void fixture_set(struct document *d, enum field f, const char *value); /* NULL: absent */
void fixture_set_line(struct document *d, int line, enum field f, const char *value);

/* Sealed; free with codebook_free(). Codes are valid from 2018-06-01, regimes from 2019-01-01. */
struct codebook *fixture_codebook(void);
int32_t fixture_day(const char *date); /* "2026-03-02" */

#endif
