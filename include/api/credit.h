/*
 * What the files of /v1/credit and /v1/listings share: who may see how much (RULES 7.8; E96, E105), an enterprise as JSON.
 * credit.c, credit_events.c, credit_indicators.c, credit_records.c and listings.c use it; credit_tier.c and credit_put.c are behind it.
 */
#ifndef API_CREDIT_H
#define API_CREDIT_H

#include "api/req.h"
#include "model/credit_record.h"

enum { CREDIT_TEXT_MAX = 500, CREDIT_NUMBER_MAX = 100, CREDIT_CODE_MAX = 30 };

/* The more the higher, but for SELF: the enterprise's own view, and BANK: with the enterprise's consent. */
#define CREDIT_TIERS(X) X(PUBLIC, "public") X(BANK, "bank") X(SELF, "self") X(DEPARTMENT, "department") X(SUPERVISION, "supervision")
enum credit_tier {
#define X(id, name) CREDIT_TIER_##id,
	CREDIT_TIERS(X)
#undef X
	CREDIT_TIER_COUNT
};
const char *credit_tier_name(enum credit_tier t);
bool credit_tier_by_name(struct text t, enum credit_tier *out) must_check;
/* The most that this caller sees of that enterprise; with a case: of a regulator. */
enum credit_tier credit_tier_of(const struct req *r, struct text code, bool has_case);
/* The day that as_of names, today if there is none. False with *f: it is no day, or has not begun. */
bool credit_read_day(struct req *r, int32_t *day, struct fault *f) must_check;
/* 403 with the reason; the denial is logged. */
enum step credit_deny(struct req *r, const char *why) must_check;

/* One more member: ,"name":"2026-03-02"; INT32_MAX: null. */
void credit_put_day(struct buf *b, const char *name, int32_t day);
/* One more member: when the level is better if nothing new happens. */
void credit_put_restored(struct buf *b, const struct credit_view *v, const struct credit_standing *s);
struct credit_beside { /* what stands beside the judgement, as JSON */
	struct text history, warnings;
	struct text months; /* for banks: their aggregates */
	int band;           /* for banks: width of the step in which they are told the score */
};
/* The enterprise as it stood on the view's day, as that tier sees it. */
void credit_put(struct buf *b, const struct credit_view *v, enum credit_tier tier, bool chinese, const struct credit_beside *beside);

#endif
