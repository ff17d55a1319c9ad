/*
 * Indicators of an enterprise (RULES E106): its credit record, its level of business, its finances, each as a grade from 0 to 100, and all of them
 * together. A pure function of dated rows, of inputs and of a day; the credit score (model/credit.h) is one of the inputs and is left as it is.
 *
 *   inputs ──row of the day: none_at, full_at──► grade of each ──weights of those that are known──► grade of each part, grade of the whole
 *
 * What is not known counts neither for nor against: its weight is left out. Grades are whole numbers, rounded half up, and each sum is rounded once:
 * the whole is made of the indicators' grades, not of the parts'.
 */
#ifndef MODEL_INDICATOR_H
#define MODEL_INDICATOR_H

#include "base/fault.h"
#include "base/text.h"

#define INDICATORS(X) \
	X(SCORE, "score")                     /* of credit, on the day */ \
	X(REGISTERED_DAYS, "registered_days") /* since it was registered */ \
	X(NEGATIVE_EVENTS, "negative_events") /* against it, not repaired */ \
	X(RELEASED, "released")               /* declarations of which it filed a part */ \
	X(FAULTY_FILINGS, "faulty_filings")   /* refused or warned for, of all it filed */ \
	X(RETURNS, "returns")                 /* asked for, of the imports released as its goods */ \
	X(BAD_SAMPLES, "bad_samples")         /* of its goods, of those with a result */ \
	X(TAX_ON_TIME, "tax_on_time")         /* bills gathered in time, of those that were to be */ \
	X(TRADE_VALUE, "trade_value")         /* of what was released as its goods */ \
	X(TAX_GRADE, "tax_grade")             /* that tax holds of it: its place among A B M C D */
enum indicator {
#define X(id, name) INDICATOR_##id,
	INDICATORS(X)
#undef X
	INDICATOR_COUNT
};
const char *indicator_name(enum indicator i);
bool indicator_by_name(struct text t, enum indicator *out) must_check;

#define INDICATOR_PARTS(X) X(RECORD, "record") X(OPERATIONS, "operations") X(FINANCE, "finance")
enum indicator_part {
#define X(id, name) INDICATOR_PART_##id,
	INDICATOR_PARTS(X)
#undef X
	INDICATOR_PART_COUNT
};
const char *indicator_part_name(enum indicator_part p);
bool indicator_part_by_name(struct text t, enum indicator_part *out) must_check;

struct indicator_row { /* table credit_indicator */
	int id;
	enum indicator which;
	enum indicator_part part;
	int weight;              /* at least 1 */
	int32_t none_at, full_at; /* values that are graded 0 and 100, either may be the greater */
	struct text unit, title_zh, title_en;
	int32_t valid_from, valid_to;
};

struct indicator_value { bool is_known; int64_t value; }; /* in the row's unit */

/* part of all in ten thousands, rounded half up; unknown where there is nothing that it could be part of. */
struct indicator_value indicator_share(int64_t part, int64_t all);
/* 1 for the best of the tax grades A B M C D; unknown: another word. */
struct indicator_value indicator_tax_grade(struct text grade);

struct indicator_grade {
	const struct indicator_row *row; /* NULL: none of it is in force on the day */
	struct indicator_value value;
	int grade; /* of a known one */
};
struct indicator_sum { int grade, known_weight, weight; }; /* known_weight 0: there is no grade */

struct indicator_evaluation {
	struct indicator_grade grades[INDICATOR_COUNT];
	struct indicator_sum parts[INDICATOR_PART_COUNT], whole;
};

/* By the rows in force on the day, in whatever order they lie; they are pointed to. False with *f: they contradict each other. */
bool indicator_evaluate(const struct indicator_row *rows, int count, const struct indicator_value values[INDICATOR_COUNT], int32_t day,
                        struct indicator_evaluation *out, struct fault *f) must_check;

#endif
