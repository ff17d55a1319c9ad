/*
 * How often an enterprise's goods are drawn for inspection (E78, E113; RULES 8.3). Pure.
 *
 *   level's rate × goods' class × own quality control ─► steps of feedback ─► the least share, while inspectors have more than they can do
 */
#ifndef MODEL_SAMPLING_H
#define MODEL_SAMPLING_H

#include <stdbool.h>

#include "base/text.h"

#define SAMPLING_WHATS(X) X(GOODS_CLASS, "goods_class") X(ABILITY, "ability")
enum sampling_what {
#define X(id, name) SAMPLING_##id,
	SAMPLING_WHATS(X)
#undef X
	SAMPLING_WHAT_COUNT
};
bool sampling_what_by_name(struct text t, enum sampling_what *out) must_check;

struct sampling_limits { /* rows of risk_number */
	int least_bp, most_bp;   /* of feedback: no fewer steps lead below, no more beyond */
	int inspections_an_hour; /* what inspectors can do; 0: no end */
	int spared_most_bp;      /* whose rate is higher is drawn at a peak, too */
};

struct sampling {
	int level_bp;            /* of ten thousand; 0: nobody is drawn */
	int class_permille;      /* the highest of its goods' classes; 1000: as it is */
	int ability_permille;
	int steps;               /* up, or if negative down */
	int inspections;         /* asked for within the last hour */
};

/* Of ten thousand. *is_spared: it is the least share only because inspectors have enough to do. */
int sampling_rate(const struct sampling_limits *l, const struct sampling *s, bool *is_spared);

#endif
