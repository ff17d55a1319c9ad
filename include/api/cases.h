/* What the files of /v1/cases share: who the caller is to a case, and what stands in its bodies. */
#ifndef API_CASES_H
#define API_CASES_H

#include "api/fields.h"
#include "model/lane.h"
#include "model/risk.h"

enum { CASE_WORD_MAX = 100, CASE_TEXT_MAX = 1000, CASE_POINTS_MAX = 1000 };

struct case_weight { /* what a case amounts to; each may be left out, at == NULL, points < 0 */
	int32_t points;
	struct text class_name, grade;
};

/* The department for which the caller works (null: none), and whether it sees every case. */
void cases_args_caller(struct args *q);
/* Points, class and grade; `is_needed`: of an assessment. */
void cases_read_weight(struct fields *x, bool is_needed, struct case_weight *out);
void cases_args_weight(struct args *q, const struct case_weight *w); /* three */
/* A text of an officer: identity and telephone numbers in it are masked. */
struct text cases_read_words(struct fields *x, const char *member, bool is_needed);

#endif
