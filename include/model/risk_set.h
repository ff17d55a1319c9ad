/*
 * The dated rows of the risk rules and lanes, and what of them holds on a day (tables risk_rule, risk_lane, risk_number, risk_goods,
 * risk_factor and credit_level). A set is filled once, checked, and never changed after.
 */
#ifndef MODEL_RISK_SET_H
#define MODEL_RISK_SET_H

#include "base/fault.h"
#include "model/lane.h"
#include "model/risk.h"
#include "model/sampling.h"

enum { RISK_RULES_MAX = 160, RISK_DAY_RULES_MAX = 64, RISK_LANES_MAX = 40, RISK_NUMBERS_MAX = 60, RISK_LEVELS_MAX = 40, RISK_GOODS_MAX = 20, RISK_FACTORS_MAX = 60,
       RISK_CLASS_BYTES = 32 };

/* What follows from a lane, as far as the gateway has a hand in it. */
#define LANE_ACTIONS(X) X(NONE, "none") X(REVIEW, "review") X(INSPECT, "inspect") X(HOLD, "hold")
enum lane_action {
#define X(id, name) LANE_ACT_##id,
	LANE_ACTIONS(X)
#undef X
	LANE_ACT_COUNT
};
const char *lane_action_name(enum lane_action a);
bool lane_action_by_name(struct text t, enum lane_action *out) must_check;

enum risk_number { RISK_POINTS_MAX, RISK_RATE_LEAST, RISK_RATE_MOST, RISK_INSPECTIONS, RISK_SPARED_MOST, RISK_NUMBER_COUNT };
bool risk_number_by_name(struct text t, enum risk_number *out) must_check;
bool risk_mode_by_name(struct text t, enum risk_mode *out) must_check;
const char *risk_mode_name(enum risk_mode m);

struct days { int32_t from, to; }; /* both included */

struct risk_set {
	struct risk_dated { struct days days; struct risk_row row; int window_s; } rules[RISK_RULES_MAX];
	struct lane_dated { struct days days; int id; enum lane_colour lane; int least; enum lane_action action; } lanes[RISK_LANES_MAX];
	struct number_dated { struct days days; int id; enum risk_number number; int value; } numbers[RISK_NUMBERS_MAX];
	struct level_dated { struct days days; int id; enum credit_level level; int term, rate_bp, queue_rank; } levels[RISK_LEVELS_MAX];
	struct goods_dated { struct days days; char name[RISK_CLASS_BYTES]; } goods[RISK_GOODS_MAX];
	struct factor_dated { struct days days; int id; enum sampling_what what; char value[RISK_CLASS_BYTES]; int permille; } factors[RISK_FACTORS_MAX];
	int rule_count, lane_count, number_count, level_count, goods_count, factor_count;
};

struct risk_day { /* what holds on one day */
	int32_t day;
	struct risk_row rows[RISK_DAY_RULES_MAX]; /* but those that are off */
	int row_count;
	int window_s[RISK_DAY_RULES_MAX];         /* by rule; 0: it counts nothing */
	struct lane_rules lanes;
	enum lane_action actions[LANE_COUNT];
	int lane_rows[LANE_COUNT], level_rows[CREDIT_LEVEL_COUNT], queue_ranks[CREDIT_LEVEL_COUNT];
	int numbers[RISK_NUMBER_COUNT];
	struct sampling_limits sampling;
	const struct risk_set *set;
};

/* False: *f names the row that cannot be obeyed: two windows of one rule on one day, too many rows, or one that blocks what is over. */
bool risk_set_check(const struct risk_set *s, struct fault *f) must_check;
/* False: the lanes of that day are not all there, so none is chosen. */
bool risk_set_on(const struct risk_set *s, int32_t day, struct risk_day *out) must_check;
bool risk_day_minds(const struct risk_day *d, struct text goods_class);
/* Thousandths; 1000: no row says otherwise. */
int risk_day_factor(const struct risk_day *d, enum sampling_what what, struct text value);
/* The window of a rule; 0: the rule holds nothing on that day. */
int risk_day_window(const struct risk_day *d, const char *rule);
int risk_day_longest(const struct risk_day *d); /* of the windows of rules that trades are judged by */
/* A parameter (counted from 0) of the first of its rows; 0: there is none. */
int64_t risk_day_parameter(const struct risk_day *d, const char *rule, int parameter);

#endif
