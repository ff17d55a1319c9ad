/*
 * Enterprises, their numbers, authorisations and rules: one call, one immutable set.
 *
 * Which days count is decided where a filing is looked at: the rows of every day are here. A state that this program does not know is
 * taken for suspended, a kind or field that it does not know is passed over.
 */
#include "store/right_store.h"

enum { RESULT_PARTIES, RESULT_NUMBERS, RESULT_GRANTS, RESULT_AUTHORISATION_RULES, RESULT_SCOPE_RULES, RESULT_GOODS_RULES, RESULT_FREEZES };

const struct db_stmt right_store_revision = {
	.name = "right_store_revision",
	.sql = "select case when is_called then last_value else 0 end from right_revision",
};

enum { PARTY_ID, PARTY_STATE, PARTY_DISTRICT, PARTY_FROZEN };
static const struct db_stmt parties = {
	.name = "right_store_parties",
	.sql =
	"select e.enterprise_id, e.state, e.district_code, a.facts"
	" from enterprise_now e left join ("
	"   select enterprise_id, string_agg(distinct f, ',' order by f) as facts from enterprise_alert, unnest(facts) f"
	"   where resolved_at is null group by enterprise_id) a on a.enterprise_id = e.enterprise_id"
	" order by e.enterprise_id",
};

enum { NUMBER_NUMBER, NUMBER_ENTERPRISE };
static const struct db_stmt numbers = {
	.name = "right_store_numbers",
	.sql = "select number, enterprise_id from enterprise_number where kind in ('credit', 'customs') order by number, kind",
};

enum { GRANT_PRINCIPAL, GRANT_AGENT, GRANT_KINDS, GRANT_MODES, GRANT_FROM, GRANT_TO };
static const struct db_stmt grants = {
	.name = "right_store_grants",
	.sql =
	"select principal_id, agent_id, array_to_string(kinds, ','), array_to_string(trade_modes, ','),"
	"   valid_from - date '1970-01-01', valid_to - date '1970-01-01'"
	" from authorisation where revoked_at is null order by id",
};

enum { ASKS_ID, ASKS_KINDS, ASKS_FROM, ASKS_TO };
static const struct db_stmt authorisation_rules = {
	.name = "right_store_authorisation_rules",
	.sql =
	"select id, array_to_string(kinds, ','), valid_from - date '1970-01-01', valid_to - date '1970-01-01' from authorisation_rule order by id",
};

enum { SCOPE_ID, SCOPE_OUTSIDE, SCOPE_DISTRICTS, SCOPE_PARTIES, SCOPE_FROM, SCOPE_TO };
static const struct db_stmt scope_rules = {
	.name = "right_store_scope_rules",
	.sql =
	"select id, outside_may_file, array_to_string(district_codes, ','), array_to_string(parties, ','),"
	"   valid_from - date '1970-01-01', valid_to - date '1970-01-01'"
	" from scope_rule order by id",
};

enum { GOODS_ID, GOODS_MODE, GOODS_DIRECTION, GOODS_KINDS, GOODS_FROM, GOODS_TO };
static const struct db_stmt goods_rules = {
	.name = "right_store_goods_rules",
	.sql =
	"select id, trade_mode, direction, array_to_string(kinds, ','), valid_from - date '1970-01-01', valid_to - date '1970-01-01'"
	" from goods_rule order by id",
};

enum { FREEZE_ENTERPRISE, FREEZE_ITEM, FREEZE_WHY, FREEZE_BATCHES };
static const struct db_stmt freezes = {
	.name = "right_store_freezes",
	.sql =
	"select enterprise_id, item_no, string_agg(ground || ' ' || number || ' since ' || to_char(since at time zone 'Asia/Shanghai', 'YYYY-MM-DD'), ', '"
	"   order by since, number), case when bool_and(batch is not null) then string_agg(distinct batch, chr(10)) end"
	" from goods_frozen group by enterprise_id, item_no",
};

void right_store_load(struct db_call *call)
{
	db_call_add(call, &parties, NULL);
	db_call_add(call, &numbers, NULL);
	db_call_add(call, &grants, NULL);
	db_call_add(call, &authorisation_rules, NULL);
	db_call_add(call, &scope_rules, NULL);
	db_call_add(call, &goods_rules, NULL);
	db_call_add(call, &freezes, NULL);
}

static int32_t day_of(const struct db_rows *r, int row, int col)
{
	return db_is_null(r, row, col) ? INT32_MAX : (int32_t)db_get_int(r, row, col);
}

static bool read_parties(struct rights *all, const struct db_rows *r, const struct db_rows *named)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct right_party one = {
			.id = (int32_t)db_get_int(r, row, PARTY_ID),
			.district = db_get_text(r, row, PARTY_DISTRICT),
			.frozen = enterprise_facts_read(db_get_text(r, row, PARTY_FROZEN)),
		};

		if (!enterprise_state_by_name(db_get_text(r, row, PARTY_STATE), &one.state))
			one.state = ENTERPRISE_SUSPENDED;
		if (!rights_add_party(all, &one))
			return false;
	}
	for (int row = 0; row < db_row_count(named); row++)
		if (!rights_add_number(all, db_get_text(named, row, NUMBER_NUMBER), (int32_t)db_get_int(named, row, NUMBER_ENTERPRISE)))
			return false;
	return true;
}

static bool read_grants(struct rights *all, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct right_grant one = {
			.principal = (int32_t)db_get_int(r, row, GRANT_PRINCIPAL),
			.agent = (int32_t)db_get_int(r, row, GRANT_AGENT),
			.kinds = right_kinds_read(db_get_text(r, row, GRANT_KINDS)),
			.trade_modes = db_get_text(r, row, GRANT_MODES),
			.valid_from = day_of(r, row, GRANT_FROM),
			.valid_to = day_of(r, row, GRANT_TO),
		};

		if (!rights_add_grant(all, &one))
			return false;
	}
	return true;
}

static bool read_authorisation_rules(struct rights *all, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct authorisation_rule one = {
			.id = (int32_t)db_get_int(r, row, ASKS_ID),
			.kinds = right_kinds_read(db_get_text(r, row, ASKS_KINDS)),
			.valid_from = day_of(r, row, ASKS_FROM),
			.valid_to = day_of(r, row, ASKS_TO),
		};

		if (!rights_add_authorisation_rule(all, &one))
			return false;
	}
	return true;
}

static bool read_scope_rules(struct rights *all, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct scope_rule one = {
			.id = (int32_t)db_get_int(r, row, SCOPE_ID),
			.outside_may_file = db_get_int(r, row, SCOPE_OUTSIDE) != 0,
			.districts = db_get_text(r, row, SCOPE_DISTRICTS),
			.parties = db_get_text(r, row, SCOPE_PARTIES),
			.valid_from = day_of(r, row, SCOPE_FROM),
			.valid_to = day_of(r, row, SCOPE_TO),
		};

		if (!rights_add_scope_rule(all, &one))
			return false;
	}
	return true;
}

static bool read_goods_rules(struct rights *all, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct goods_rule one = {
			.id = (int32_t)db_get_int(r, row, GOODS_ID),
			.trade_mode = db_get_text(r, row, GOODS_MODE),
			.kinds = right_kinds_read(db_get_text(r, row, GOODS_KINDS)),
			.valid_from = day_of(r, row, GOODS_FROM),
			.valid_to = day_of(r, row, GOODS_TO),
		};

		if (direction_by_name(db_get_text(r, row, GOODS_DIRECTION), &one.direction) && !rights_add_goods_rule(all, &one))
			return false;
	}
	return true;
}

static bool read_freezes(struct rights *all, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		const struct right_freeze one = {
			.enterprise = (int32_t)db_get_int(r, row, FREEZE_ENTERPRISE),
			.item = db_get_text(r, row, FREEZE_ITEM),
			.why = db_get_text(r, row, FREEZE_WHY),
			.batches = db_get_text(r, row, FREEZE_BATCHES),
		};

		if (!rights_add_freeze(all, &one))
			return false;
	}
	return true;
}

struct rights *rights_from_answer(const struct db_answer *a)
{
	struct rights *all = rights_new(RIGHTS_BYTES);

	if (all != NULL && read_parties(all, a->results[RESULT_PARTIES], a->results[RESULT_NUMBERS]) && read_grants(all, a->results[RESULT_GRANTS]) &&
	    read_authorisation_rules(all, a->results[RESULT_AUTHORISATION_RULES]) && read_scope_rules(all, a->results[RESULT_SCOPE_RULES]) &&
	    read_goods_rules(all, a->results[RESULT_GOODS_RULES]) && read_freezes(all, a->results[RESULT_FREEZES]) && rights_seal(all))
		return all;
	rights_free(all);
	return NULL;
}
