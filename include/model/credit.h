/*
 * The credit of an enterprise: a score and a level, as a pure function of its events, the rules' rows and a day (RULES 7.2 to 7.5,
 * E97 E100 E108). The same inputs give the same answer on any machine and at any time, so a level can be replayed as of any day.
 *
 * An event weighs in full for `hold` days, then less with each day, and nothing from day `end` on. A score is the base, with what
 * speaks for and against the enterprise, between 0 and the highest. A level falls with the score at once, and rises when the score
 * was good enough on each of the last `rise_days` days and on this one. What customs holds of the enterprise caps the level while it lasts.
 *
 * Days are days since 1970 of Shanghai (base/clock). Weights are points, never negative: the degree says for or against.
 */
#ifndef MODEL_CREDIT_H
#define MODEL_CREDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/text.h"

#define CREDIT_DEGREES(X) \
	X(MINOR, "minor") X(GENERAL, "general") X(SERIOUS, "serious") X(POSITIVE, "positive") X(RATING, "rating")
enum credit_degree {
#define X(id, name) CREDIT_##id,
	CREDIT_DEGREES(X)
#undef X
	CREDIT_DEGREE_COUNT
};
const char *credit_degree_name(enum credit_degree d);
bool credit_degree_by_name(struct text t, enum credit_degree *out) must_check;

enum credit_level { CREDIT_D, CREDIT_C, CREDIT_B, CREDIT_A, CREDIT_LEVEL_COUNT }; /* the better the higher */
char credit_level_letter(enum credit_level l);
bool credit_level_by_letter(struct text t, enum credit_level *out) must_check;

struct credit_decay { int hold_days, end_days; }; /* hold < end */

struct credit_rules { /* one set of rows, of the day that is judged */
	int base, highest;
	int positive_cap, rating_cap; /* of the sums of POSITIVE; of RATING, either way */
	struct credit_decay decay[CREDIT_DEGREE_COUNT];
	int least[CREDIT_LEVEL_COUNT]; /* score of each level; of the lowest: 0 */
	int rise_days;
	int top_age_days, top_released; /* level A: registered and active for so long, so many filings released, nothing serious that counts */
};

struct credit_event {
	enum credit_degree degree;
	int weight;
	bool against;        /* RATING only: lowers the score */
	int32_t day;         /* of the event */
	int32_t known;       /* from this day on it counts: recorded, decided; not before `day` */
	int32_t until;       /* no longer from this day on: repaired; its own day: waived, never counted; INT32_MAX: it goes on */
};

/* What another department holds of the enterprise; the worst that lasts on the day counts. */
enum credit_cap_kind { CREDIT_CAP_DISHONEST, CREDIT_CAP_SERIOUSLY_DISHONEST, CREDIT_CAP_ADVANCED };
struct credit_cap {
	enum credit_cap_kind kind;
	int32_t from, to; /* `to` is the first day without it */
};

struct credit_subject { /* borrowed */
	int32_t registered;
	int released; /* filings, until the day that is judged */
	const struct credit_event *events;
	int event_count;
	const struct credit_cap *caps;
	int cap_count;
};

struct credit_standing {
	int score;
	int positive, negative, rating; /* sums after their caps; rating: signed */
	enum credit_level by_score, level;
	bool barred;         /* seriously dishonest: negative list, whatever the score */
	bool capped, lifted; /* level is not what the score's days say: customs' view */
};

/* Points of one event on a day: 0 before it counts and after it has faded. */
int credit_weight(const struct credit_rules *r, const struct credit_event *e, int32_t day);
int credit_score(const struct credit_rules *r, const struct credit_subject *s, int32_t day);
void credit_judge(const struct credit_rules *r, const struct credit_subject *s, int32_t day, struct credit_standing *out);
/* What an enterprise lacks on a day of the best level; all 0, and not capped: it has it. */
struct credit_shortfall {
	int points;    /* of score */
	int good_days; /* more, on which the score is good enough */
	int age_days;  /* since registration */
	int released;  /* filings */
	int serious;   /* events that still count */
};
void credit_lacks(const struct credit_rules *r, const struct credit_subject *s, int32_t day, struct credit_shortfall *out);
/* The first day within `horizon` days on which the level is better than on `day` if nothing new happens; false: none. */
bool credit_restored(const struct credit_rules *r, const struct credit_subject *s, int32_t day, int horizon, int32_t *when,
                     enum credit_level *level) must_check;

#endif
