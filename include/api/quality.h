/*
 * What the files of /v1/quality and /v1/brands share: goods as they are named there, one way to record something of them, and their lists.
 *
 *   (lock the enterprise, put, show) ──recorded──> 201; 200 the same again; 409 other content; 422 no such enterprise
 *
 * A put statement answers with the columns below; what it freezes or frees is in force here at once, elsewhere a moment later.
 */
#ifndef API_QUALITY_H
#define API_QUALITY_H

#include "api/fields.h"

enum { QUALITY_NUMBER_MAX = 18, QUALITY_ITEM_MAX = 30, QUALITY_WORD_MAX = 100, QUALITY_TEXT_MAX = 1000 };
enum { QUALITY_KNOWN, QUALITY_NEW, QUALITY_SAME, QUALITY_FREEZES }; /* columns of a put: three booleans, and not null when goods are frozen */

struct quality_goods {
	struct text enterprise, item;
};

void quality_read_goods(struct fields *x, struct quality_goods *out);
struct text quality_read_words(struct fields *x, const char *member, bool is_needed); /* numbers of persons in it are masked */
/* The digest of a piece of evidence; absent: null. */
void quality_args_evidence(struct args *q, struct fields *x);
/* $1 id, $2 the enterprise's number, $3 its goods, $4 the caller's codes, $5 may speak of every enterprise, $6 now, $7 today, $8 actor,
 * $9 department, $10 client: how the parameters of every put begin. */
struct args *quality_args_put(struct req *r, const struct quality_goods *g) must_check;
/* $1 the enterprise's number, $2 its goods, $3 a number of the record: of every show. */
struct args *quality_args_shown(struct req *r, const struct quality_goods *g, struct text number) must_check;
#define QUALITY_ENTERPRISE \
	"e as (select e.id, e.credit_code from enterprise e where e.id = enterprise_by_number($2::text) and ($5::boolean or enterprise_is_of(e.id, $4::text[])))"
enum step quality_record(struct req *r, struct args *q, const struct db_stmt *put, struct args *shown, const struct db_stmt *show) must_check;

/* What is said once of a record that the path names: of put one row with whether it is new, whether the same was there, and not null when goods are
 * free again; no row: 404. show has the same parameters. */
enum step quality_settle(struct req *r, struct args *q, const struct db_stmt *put, const struct db_stmt *show) must_check;
void quality_args_caller(struct args *q); /* three parameters: now, actor, client */
/* The same of what ends a recall or decides a complaint: flag, decision_no and reason. $1 id, $2 flag, $3 number, $4 reason, $5 now, $6 actor, $7 client. */
enum step quality_decide(struct req *r, const char *flag, const char *members, const struct db_stmt *put, const struct db_stmt *show) must_check;

/* A list of sql/queries by enterprise, item_no, limit and cursor; enterprises see what is about their own goods. */
enum step quality_list(struct req *r, const char *query) must_check;
/* May this department decide about goods of others? Customs, quarantine, market. */
bool quality_decides(const struct req *r);

#endif
