/*
 * What is recorded of an enterprise, and how it stood on a day (RULES 7.2 to 7.5; E97, E102, E109). Pure.
 *
 *   records ──as they were known on a day──► struct credit_view ──model/credit──► score, level, whether it is barred
 *
 * Records are only added to: a repair is a record beside its event. What was recorded later than a day was not known on it, so a day that
 * is over gives the same answer whenever it is asked for.
 */
#ifndef MODEL_CREDIT_RECORD_H
#define MODEL_CREDIT_RECORD_H

#include "base/crypto.h"
#include "base/fault.h"
#include "base/id.h"
#include "model/credit.h"

#define CREDIT_CHANGES(X) \
	X(DISPUTED, "disputed")   /* by the enterprise; it counts until it is decided */ \
	X(CONFIRMED, "confirmed") /* disputed in vain */ \
	X(WITHDRAWN, "withdrawn") /* it was wrong, and never counted */ \
	X(WAIVED, "waived")       /* tolerated, and never counted */ \
	X(REPAIRED, "repaired")   /* counts no longer from a day on */
enum credit_change {
#define X(id, name) CREDIT_##id,
	CREDIT_CHANGES(X)
#undef X
	CREDIT_CHANGE_COUNT /* as a state: recorded, and nothing since */
};
const char *credit_change_name(enum credit_change c); /* CREDIT_CHANGE_COUNT: "recorded" */
bool credit_change_by_name(struct text t, enum credit_change *out) must_check;
/* Whether an event in that state may be changed so; *f: why not. */
bool credit_change_fits(enum credit_change state, enum credit_change next, struct fault *f) must_check;

/* What others hold of an enterprise: names of customs' levels, some of which are caps. */
bool credit_outside_known(struct text what, struct text value);
bool credit_outside_cap(struct text what, struct text value, enum credit_cap_kind *out) must_check;

struct credit_record_change {
	enum credit_change change;
	int32_t day, recorded;
	struct text decision_no, reason;
};

struct credit_record_event { /* ordered by day and id, whenever it came */
	struct id id;
	enum credit_degree degree;
	int weight;
	bool against;
	int32_t day, recorded;
	const struct credit_record_change *changes; /* in the order of their making */
	int change_count;
	struct text kind, title_zh, title_en, source, decision_no, reason, authorisation;
	struct text evidence; /* 32 bytes, or absent */
};

struct credit_record_outside {
	int32_t from, to, recorded;
	struct text what, value, source;
};

struct credit_record_listing { struct id id; int32_t listed, exited; }; /* exited: INT32_MAX while it lasts */
struct credit_record_released { int32_t day; int total; };             /* counted up to and with that day; ordered */

struct credit_record {
	struct text code, name, role;
	int32_t registered;
	const struct credit_record_event *events;
	int event_count;
	const struct credit_record_outside *outside;
	int outside_count;
	const struct credit_record_listing *listings;
	int listing_count;
	const struct credit_record_released *released;
	int released_count;
};

enum credit_row_kind { CREDIT_ROW_RULE, CREDIT_ROW_DEGREE, CREDIT_ROW_LEVEL };
struct credit_row { /* tables credit_rule, credit_degree, credit_level */
	int id;
	enum credit_row_kind kind;
	struct text name;
	int a, b, c;               /* value; hold, end, published (0: never); least score, share of inspections, guarantee */
	int queue_rank;            /* of a level */
	struct text documents;
	int32_t valid_from, valid_to;
};

enum { CREDIT_LEVEL_NEG = CREDIT_LEVEL_COUNT, CREDIT_TREATMENTS, CREDIT_ROWS_MAX = 32 };
struct credit_treatment { int inspection_bp, guarantee_percent, queue_rank; struct text documents; };

struct credit_view { /* one enterprise on one day; its arrays lie in the arena of credit_view_new() */
	const struct credit_record *record;
	int32_t day;
	struct credit_rules rules;
	int forecast_days;
	int published_days[CREDIT_DEGREE_COUNT]; /* 0: never published */
	struct credit_treatment treatments[CREDIT_TREATMENTS]; /* by level; the last: on the negative list */
	int rule_rows[CREDIT_ROWS_MAX];
	int rule_row_count;
	struct credit_event *events;
	const struct credit_record_event **sources; /* beside each of them: its record */
	struct credit_cap *caps;
	struct credit_subject subject;
	bool is_listed;
};

bool credit_view_new(struct credit_view *v, struct arena *a, const struct credit_record *record) must_check; /* false: the arena is full */
/* The view of a day by the rows of that day. False with *f: they leave something out. */
bool credit_view_on(struct credit_view *v, const struct credit_row *rows, int count, int32_t day, struct fault *f) must_check;
void credit_view_judge(const struct credit_view *v, struct credit_standing *out);
/* How an event stands on the view's day. */
enum credit_change credit_event_state(const struct credit_record_event *e, int32_t day);
/* The last day on which it is published; false: it is not, on that day. */
bool credit_event_published(const struct credit_view *v, const struct credit_record_event *e, int32_t *last) must_check;

#endif
