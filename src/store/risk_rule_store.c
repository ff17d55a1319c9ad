/* The dated rows of the risk rules. A row that this program does not understand refuses the whole set: a rule half obeyed is none. */
#include "store/risk_store.h"

#include <string.h>

#define DAYS "valid_from - date '1970-01-01', coalesce(valid_to - date '1970-01-01', 2147483647)"

enum { RULE_ID, RULE_NAME, RULE_NODE, RULE_CLASS, RULE_MODE, RULE_BLOCKS, RULE_POINTS, RULE_WINDOW, RULE_FIRST, RULE_SECOND, RULE_THIRD, RULE_FROM, RULE_TO };
static const struct db_stmt rules = {
	.name = "risk_store_rules",
	.sql =
	"select id, rule, node, class, mode, blocks, points, coalesce(window_s, 0), coalesce(parameters[1], 0), coalesce(parameters[2], 0),"
	"   coalesce(parameters[3], 0), " DAYS " from risk_rule order by id",
};

enum { LANE_ID, LANE_NAME, LANE_LEAST, LANE_ACTION, LANE_FROM, LANE_TO };
static const struct db_stmt lanes = {
	.name = "risk_store_lanes",
	.sql = "select id, lane, least_points, action, " DAYS " from risk_lane order by id",
};

enum { NUMBER_ID, NUMBER_NAME, NUMBER_VALUE, NUMBER_FROM, NUMBER_TO };
static const struct db_stmt numbers = {
	.name = "risk_store_numbers",
	.sql = "select id, name, value, " DAYS " from risk_number order by id",
};

enum { LEVEL_ID, LEVEL_LETTER, LEVEL_TERM, LEVEL_RATE, LEVEL_RANK, LEVEL_FROM, LEVEL_TO };
static const struct db_stmt levels = {
	.name = "risk_store_levels",
	.sql = "select id, level, credit_term, inspection_bp, queue_rank, " DAYS " from credit_level where length(level) = 1 order by id",
};

enum { GOODS_NAME, GOODS_FROM, GOODS_TO };
static const struct db_stmt goods = {
	.name = "risk_store_goods",
	.sql = "select goods_class, " DAYS " from risk_goods order by id",
};

enum { FACTOR_ID, FACTOR_WHAT, FACTOR_VALUE, FACTOR_PERMILLE, FACTOR_FROM, FACTOR_TO };
static const struct db_stmt factors = {
	.name = "risk_store_factors",
	.sql = "select id, what, value, permille, " DAYS " from risk_factor order by id",
};

enum { RESULT_RULES, RESULT_LANES, RESULT_NUMBERS, RESULT_LEVELS, RESULT_GOODS, RESULT_FACTORS };

void risk_store_load(struct db_call *call)
{
	db_call_add(call, &rules, NULL);
	db_call_add(call, &lanes, NULL);
	db_call_add(call, &numbers, NULL);
	db_call_add(call, &levels, NULL);
	db_call_add(call, &goods, NULL);
	db_call_add(call, &factors, NULL);
}

static struct days days_of(const struct db_rows *r, int row, int from, int to)
{
	return (struct days){ (int32_t)db_get_int(r, row, from), (int32_t)db_get_int(r, row, to) };
}

/* Rules that only the rows know are off: they say why. */
static bool read_rule(const struct db_rows *r, int row, struct risk_set *out, struct fault *f)
{
	struct text name = db_get_text(r, row, RULE_NAME);
	struct risk_dated one = { .days = days_of(r, row, RULE_FROM, RULE_TO), .window_s = (int)db_get_int(r, row, RULE_WINDOW),
		                  .row = { .id = (int)db_get_int(r, row, RULE_ID), .rule = risk_rule_by_name(name), .blocks = db_get_int(r, row, RULE_BLOCKS) != 0,
		                           .points = (int)db_get_int(r, row, RULE_POINTS) } };

	if (!risk_mode_by_name(db_get_text(r, row, RULE_MODE), &one.row.mode))
		return fault_set(f, FAULT_SCHEMA, "risk_rule row %d: its mode is unknown here", one.row.id);
	if (one.row.rule < 0)
		return one.row.mode == RISK_OFF || fault_set(f, FAULT_SCHEMA, "risk_rule row %d: the rule is unknown here", one.row.id);
	if (!text_is(db_get_text(r, row, RULE_NODE), risk_node_name(risk_rule_node(one.row.rule))) ||
	    !text_is(db_get_text(r, row, RULE_CLASS), risk_class_name(risk_rule_class(one.row.rule))))
		return fault_set(f, FAULT_SCHEMA, "risk_rule row %d: node or class is not the rule's", one.row.id);
	for (int i = 0; i < RISK_PARAMETERS; i++)
		one.row.parameters[i] = db_get_int(r, row, RULE_FIRST + i);
	out->rules[out->rule_count++] = one;
	return true;
}

static bool read_lane(const struct db_rows *r, int row, struct risk_set *out, struct fault *f)
{
	struct lane_dated one = { .days = days_of(r, row, LANE_FROM, LANE_TO), .id = (int)db_get_int(r, row, LANE_ID), .least = (int)db_get_int(r, row, LANE_LEAST) };

	if (!lane_by_name(db_get_text(r, row, LANE_NAME), &one.lane) || !lane_action_by_name(db_get_text(r, row, LANE_ACTION), &one.action))
		return fault_set(f, FAULT_SCHEMA, "risk_lane row %d: its lane or action is unknown here", one.id);
	out->lanes[out->lane_count++] = one;
	return true;
}

/* Numbers of a newer program are passed over. */
static void read_number(const struct db_rows *r, int row, struct risk_set *out)
{
	struct number_dated one = { .days = days_of(r, row, NUMBER_FROM, NUMBER_TO), .id = (int)db_get_int(r, row, NUMBER_ID),
		                    .value = (int)db_get_int(r, row, NUMBER_VALUE) };

	if (risk_number_by_name(db_get_text(r, row, NUMBER_NAME), &one.number))
		out->numbers[out->number_count++] = one;
}

static bool read_level(const struct db_rows *r, int row, struct risk_set *out, struct fault *f)
{
	struct level_dated one = { .days = days_of(r, row, LEVEL_FROM, LEVEL_TO), .id = (int)db_get_int(r, row, LEVEL_ID), .term = (int)db_get_int(r, row, LEVEL_TERM),
		                   .rate_bp = (int)db_get_int(r, row, LEVEL_RATE), .queue_rank = (int)db_get_int(r, row, LEVEL_RANK) };

	if (!credit_level_by_letter(db_get_text(r, row, LEVEL_LETTER), &one.level))
		return fault_set(f, FAULT_SCHEMA, "credit_level row %d: the level is unknown here", one.id);
	out->levels[out->level_count++] = one;
	return true;
}

/* name: zeroed. */
static bool take_name(char name[RISK_CLASS_BYTES], struct text t, const char *table, struct fault *f)
{
	if (t.len >= RISK_CLASS_BYTES)
		return fault_set(f, FAULT_SCHEMA, "%s: a name is too long", table);
	memcpy(name, t.at, t.len);
	return true;
}

static bool read_goods(const struct db_rows *r, int row, struct risk_set *out, struct fault *f)
{
	struct goods_dated *one = &out->goods[out->goods_count++];

	one->days = days_of(r, row, GOODS_FROM, GOODS_TO);
	return take_name(one->name, db_get_text(r, row, GOODS_NAME), "risk_goods", f);
}

static bool read_factor(const struct db_rows *r, int row, struct risk_set *out, struct fault *f)
{
	struct factor_dated *one = &out->factors[out->factor_count++];

	one->days = days_of(r, row, FACTOR_FROM, FACTOR_TO);
	one->id = (int)db_get_int(r, row, FACTOR_ID);
	one->permille = (int)db_get_int(r, row, FACTOR_PERMILLE);
	if (!sampling_what_by_name(db_get_text(r, row, FACTOR_WHAT), &one->what))
		return fault_set(f, FAULT_SCHEMA, "risk_factor row %d: what it is about is unknown here", one->id);
	return take_name(one->value, db_get_text(r, row, FACTOR_VALUE), "risk_factor", f);
}

bool risk_store_read(const struct db_rows *const *results, struct risk_set *out, struct fault *f)
{
	static const int most[RISK_ROW_RESULTS] = { RISK_RULES_MAX, RISK_LANES_MAX, RISK_NUMBERS_MAX, RISK_LEVELS_MAX, RISK_GOODS_MAX, RISK_FACTORS_MAX };

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < RISK_ROW_RESULTS; i++)
		if (db_row_count(results[i]) > most[i])
			return fault_set(f, FAULT_SCHEMA, "the tables of the risk rules have more rows than there is room for");
	for (int row = 0; row < db_row_count(results[RESULT_RULES]); row++)
		if (!read_rule(results[RESULT_RULES], row, out, f))
			return false;
	for (int row = 0; row < db_row_count(results[RESULT_LANES]); row++)
		if (!read_lane(results[RESULT_LANES], row, out, f))
			return false;
	for (int row = 0; row < db_row_count(results[RESULT_NUMBERS]); row++)
		read_number(results[RESULT_NUMBERS], row, out);
	for (int row = 0; row < db_row_count(results[RESULT_LEVELS]); row++)
		if (!read_level(results[RESULT_LEVELS], row, out, f))
			return false;
	for (int row = 0; row < db_row_count(results[RESULT_GOODS]); row++)
		if (!read_goods(results[RESULT_GOODS], row, out, f))
			return false;
	for (int row = 0; row < db_row_count(results[RESULT_FACTORS]); row++)
		if (!read_factor(results[RESULT_FACTORS], row, out, f))
			return false;
	return risk_set_check(out, f);
}
