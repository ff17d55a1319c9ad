/*
 * Risk in the database: the dated rows, read with the other rules; and for a batch of trades that are about to be declared, in one trip, their
 * traces written and what came before them counted.
 */
#ifndef STORE_RISK_STORE_H
#define STORE_RISK_STORE_H

#include "base/id.h"
#include "io/db.h"
#include "model/risk_trace.h"

/* --- rows: risk_rule_store.c ----------------------------------------------------------------------------------------- */
enum { RISK_ROW_RESULTS = 6 };
void risk_store_load(struct db_call *call); /* adds that many statements, without parameters */
/* False: *f names the row that cannot be obeyed. */
bool risk_store_read(const struct db_rows *const *results, struct risk_set *out, struct fault *f) must_check;

/* --- a batch: risk_trace_store.c --------------------------------------------------------------------------------------- */
struct risk_weighed { /* one trade */
	struct id declaration;
	int64_t opened_us;
	struct risk_trace trace;
	const struct risk_day *day;
	struct text merchant;
	int32_t enterprise;                  /* the merchant's; 0: it is not registered */
	const struct document *inventory;    /* whose lines are held against the merchant's registered goods */
};

enum { RISK_LOCKED, RISK_TRACED, RISK_CLEARED, RISK_BUYERS, RISK_COUNTS, RISK_PRICES, RISK_STANDINGS, RISK_STEPS, RISK_FILED, RISK_INSPECTED };
enum { RB_PLACE, RB_AT, RB_REGISTRATION, RB_TOTAL, RB_GOODS };             /* by place, then the latest first */
enum { RC_PLACE, RC_ADDRESS, RC_PHONE, RC_ACCOUNT, RC_SHOP };              /* those of which anything is more than the trade itself */
enum { RP_GOODS, RP_RELEASED, RP_MEDIAN };                                 /* of goods that were released before, in their order */
enum { RS_CODE, RS_LEVEL, RS_BARRED, RS_ABILITY };                         /* of merchants that are known to the credit base */
enum { RF_CODE, RF_CLASS, RF_STEPS };                                      /* of merchants whose goods were inspected, by class of goods */
/* RISK_FILED: places of trades of which a line bears another commodity code than the goods were registered with. */

enum { RISK_TRACE_PARAMS = 12, RISK_BUYER_PARAMS = 7, RISK_COUNT_PARAMS = 14, RISK_FILED_PARAMS = 4 };
struct risk_query {
	struct db_param traces[RISK_TRACE_PARAMS], buyers[RISK_BUYER_PARAMS], counts[RISK_COUNT_PARAMS], prices[1], standings[2], steps[2], inspected[2], cleared[2],
	                filed[RISK_FILED_PARAMS];
};
/* Places are 1-based positions in list, which is sorted by bucket and id. params live with the call. counts_inspected: with the result
 * RISK_INSPECTED, how many inspections were asked for within the last hour. */
void risk_store_weigh(struct risk_query *q, struct arena *a, const struct risk_weighed *list, int count, bool counts_inspected, int64_t now_us,
                      struct db_call *call);

/* Adds to a call that writes judgements: the traces of those that are withdrawn by it count no longer. */
struct risk_withdrawal {
	struct db_param params[2];
};
void risk_store_withdraw(struct risk_withdrawal *w, struct arena *a, const struct id *declarations, int count, struct db_call *call);

#endif
