/*
 * Codes, regimes, goods, forms, authorities, who recognises whom and what departments are asked: one call, one immutable set.
 *
 * The revision is read first: what changes while the others run is seen by the next look.
 * Lists and authorities that this program does not know are passed over: they belong to a newer one.
 */
#include "store/rule_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/risk_store.h"

enum { RESULT_REVISION, RESULT_CODES, RESULT_REGIMES, RESULT_GOODS, RESULT_FIELDS, RESULT_AUTHORITIES, RESULT_RECOGNITIONS, RESULT_LOOKUPS,
       RESULT_RISK, RESULT_COUNT = RESULT_RISK + RISK_ROW_RESULTS };

const struct db_stmt rule_store_revision = {
	.name = "rule_store_revision",
	.sql = "select last_value from rule_revision",
};

enum { CODE_LIST, CODE_CODE, CODE_ZH, CODE_EN, CODE_ISO, CODE_FROM, CODE_TO, CODE_SOURCE };
static const struct db_stmt codes = {
	.name = "rule_store_codes",
	.sql =
	"select list, code, name_zh, name_en, iso, valid_from - date '1970-01-01', valid_to - date '1970-01-01', source"
	" from code order by list, code, valid_from",
};

/* A row for each step, its regime's columns repeated; a regime without steps has one whose step is null. */
enum { REGIME_ID, REGIME_MODE, REGIME_DIRECTION, REGIME_WAIT, REGIME_BONDED, REGIME_FROM, REGIME_TO, REGIME_SOURCE, STEP_NUMBER, STEP_PHASE,
       STEP_KIND, STEP_AUTHORITY, STEP_RESPONSIBLE, STEP_NEEDS, STEP_REQUIRED, STEP_GOODS, STEP_FROM, STEP_TO, STEP_SOURCE };
static const struct db_stmt regimes = {
	.name = "rule_store_regimes",
	.sql =
	"select r.id, r.trade_mode, r.direction, r.wait_hours, r.bonded, r.valid_from - date '1970-01-01', r.valid_to - date '1970-01-01', r.source,"
	"   s.step, s.phase, s.kind, s.authority, array_to_string(s.responsible, ','), array_to_string(s.needs, ','), s.required, s.goods,"
	"   s.valid_from - date '1970-01-01', s.valid_to - date '1970-01-01', s.source"
	" from regime r left join regime_step s on s.regime_id = r.id order by r.id, s.step, s.valid_from",
};

enum { GOODS_ID, GOODS_CLASS, GOODS_HS, GOODS_ZH, GOODS_EN, GOODS_FROM, GOODS_TO, GOODS_SOURCE };
static const struct db_stmt goods = {
	.name = "rule_store_goods",
	.sql =
	"select id, goods_class, hs, name_zh, name_en, valid_from - date '1970-01-01', valid_to - date '1970-01-01', source"
	" from goods_class order by goods_class, hs, valid_from",
};

enum { FIELD_AUTHORITY, FIELD_DIALECT, FIELD_PLACE, FIELD_DIRECTION, FIELD_MODE, FIELD_SECTION, FIELD_MEMBER, FIELD_VALUE, FIELD_PRESENCE,
       FIELD_PERSONAL, FIELD_PURPOSE, FIELD_FROM, FIELD_TO, FIELD_SOURCE };
static const struct db_stmt fields = {
	.name = "rule_store_fields",
	.sql =
	"select authority, dialect, place, direction, trade_mode, section, member, value, presence, personal, purpose,"
	"   valid_from - date '1970-01-01', valid_to - date '1970-01-01', source"
	" from authority_field order by authority, dialect, place, valid_from",
};

enum { AUTH_CODE, AUTH_URL, AUTH_IN_FLIGHT, AUTH_TIMEOUT, AUTH_ATTEMPTS, AUTH_FIRST_WAIT, AUTH_LONGEST_WAIT, AUTH_FAILURES, AUTH_BREAKER,
       AUTH_PER_S, AUTH_BURST, AUTH_WINDOWS, AUTH_BUNDLE, AUTH_DIALECT, AUTH_CREDENTIAL, AUTH_CREDENTIAL_FILE, AUTH_QUERY_URL };
/* Windows as "begin end" in microseconds, parted by commas: the sixteen that end last, which are all that are not over. */
static const struct db_stmt authorities = {
	.name = "rule_store_authorities",
	.sql =
	"select code, url, max_in_flight, timeout_ms, attempts_max, first_wait_ms, longest_wait_ms, breaker_failures, breaker_ms, max_per_s, burst,"
	"   (select string_agg((extract(epoch from w.begins_at) * 1000000)::bigint || ' '"
	"       || coalesce((extract(epoch from w.ends_at) * 1000000)::bigint, 9223372036854775807), ',' order by w.begins_at, w.id)"
	"     from (select * from maintenance m where m.authority = a.code and m.ended_at is null"
	"       order by coalesce(m.ends_at, 'infinity') desc, m.id limit 16) w),"
	"   bundle_max, dialect, credential, credential_file, query_url"
	" from authority a order by code",
};

enum { RECOGNITION_ID, RECOGNITION_GIVER, RECOGNITION_TAKER, RECOGNITION_OF, RECOGNITION_STANDS_FOR, RECOGNITION_FROM, RECOGNITION_TO,
       RECOGNITION_SOURCE };
static const struct db_stmt recognitions = {
	.name = "rule_store_recognitions",
	.sql =
	"select id, giver, taker, of = 'inspection', stands_for = 'release', valid_from - date '1970-01-01', valid_to - date '1970-01-01', source"
	" from recognition_rule order by id",
};

enum { LOOKUP_ID, LOOKUP_AUTHORITY, LOOKUP_NAME, LOOKUP_USED, LOOKUP_CLASS, LOOKUP_HOLDS, LOOKUP_FROM, LOOKUP_TO };
static const struct db_stmt lookups = {
	.name = "rule_store_lookups",
	.sql =
	"select id, authority, question, used, goods_class, unanswered is distinct from 'pass', valid_from - date '1970-01-01', valid_to - date '1970-01-01'"
	" from lookup_rule order by id",
};

void rule_store_load(struct db_call *call)
{
	db_call_add(call, &rule_store_revision, NULL);
	db_call_add(call, &codes, NULL);
	db_call_add(call, &regimes, NULL);
	db_call_add(call, &goods, NULL);
	db_call_add(call, &fields, NULL);
	db_call_add(call, &authorities, NULL);
	db_call_add(call, &recognitions, NULL);
	db_call_add(call, &lookups, NULL);
	risk_store_load(call);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static int32_t day_of(const struct db_rows *r, int row, int col)
{
	return db_is_null(r, row, col) ? INT32_MAX : (int32_t)db_get_int(r, row, col);
}

static bool read_codes(struct codebook *book, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct code_row code = {
			.code = db_get_text(r, row, CODE_CODE),
			.name_zh = db_get_text(r, row, CODE_ZH),
			.name_en = db_get_text(r, row, CODE_EN),
			.iso = db_get_text(r, row, CODE_ISO),
			.valid_from = day_of(r, row, CODE_FROM),
			.valid_to = day_of(r, row, CODE_TO),
			.source = db_get_text(r, row, CODE_SOURCE),
		};

		if (code_list_by_name(db_get_text(r, row, CODE_LIST), &code.list) && !codebook_add_code(book, &code))
			return false;
	}
	return true;
}

static bool read_regime(struct codebook *book, const struct db_rows *r, int row, struct fault *f)
{
	struct regime regime = {
		.id = (int32_t)db_get_int(r, row, REGIME_ID),
		.trade_mode = db_get_text(r, row, REGIME_MODE),
		.wait_hours = (int)db_get_int(r, row, REGIME_WAIT),
		.bonded = db_get_int(r, row, REGIME_BONDED) != 0,
		.valid_from = day_of(r, row, REGIME_FROM),
		.valid_to = day_of(r, row, REGIME_TO),
		.source = db_get_text(r, row, REGIME_SOURCE),
	};

	if (!direction_by_name(db_get_text(r, row, REGIME_DIRECTION), &regime.direction))
		return fault_set(f, FAULT_SCHEMA, "regime row %d names a direction that is unknown here", (int)regime.id);
	return codebook_add_regime(book, &regime) || fault_set(f, FAULT_SYSTEM, "no memory for the regimes");
}

static bool read_step(struct codebook *book, const struct db_rows *r, int row, struct fault *f)
{
	struct regime_step step = {
		.regime_id = (int32_t)db_get_int(r, row, REGIME_ID),
		.number = (int)db_get_int(r, row, STEP_NUMBER),
		.responsible = db_get_text(r, row, STEP_RESPONSIBLE),
		.required = db_get_int(r, row, STEP_REQUIRED) != 0,
		.goods = db_get_text(r, row, STEP_GOODS),
		.valid_from = day_of(r, row, STEP_FROM),
		.valid_to = day_of(r, row, STEP_TO),
		.source = db_get_text(r, row, STEP_SOURCE),
	};

	/* A row that asks for more than this program can do must not be half obeyed. */
	if (!regime_step_read(&step, db_get_text(r, row, STEP_PHASE), db_get_text(r, row, STEP_KIND), db_get_text(r, row, STEP_AUTHORITY),
	                      db_get_text(r, row, STEP_NEEDS)))
		return fault_set(f, FAULT_SCHEMA, "regime row %d: step %d names a phase, an authority or a step that is unknown here",
		                 (int)step.regime_id, step.number);
	return codebook_add_step(book, &step) || fault_set(f, FAULT_SYSTEM, "no memory for the regimes");
}

static bool read_regimes(struct codebook *book, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		bool is_new = row == 0 || db_get_int(r, row, REGIME_ID) != db_get_int(r, row - 1, REGIME_ID);

		if (is_new && !read_regime(book, r, row, f))
			return false;
		if (!db_is_null(r, row, STEP_NUMBER) && !read_step(book, r, row, f))
			return false;
	}
	return true;
}

static void read_windows(struct authority_conf *conf, struct text list)
{
	struct text one, begins;

	while (conf->window_count < MAINTENANCE_MAX && text_next(&list, ',', &one)) {
		struct maintenance_window w;

		if (text_next(&one, ' ', &begins) && text_to_i64(begins, &w.begins_us) && text_to_i64(one, &w.ends_us))
			conf->windows[conf->window_count++] = w;
	}
}

bool authority_in_maintenance(const struct authority_conf *c, int64_t now_us, int64_t *ends_us)
{
	bool found = false;

	*ends_us = now_us;
	for (int i = 0; i < c->window_count; i++) { /* by their begin */
		if (c->windows[i].begins_us > *ends_us || c->windows[i].ends_us <= *ends_us)
			continue;
		*ends_us = c->windows[i].ends_us;
		found = true;
	}
	return found;
}

static bool read_goods(struct codebook *book, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct goods_row one = {
			.id = (int32_t)db_get_int(r, row, GOODS_ID),
			.goods_class = db_get_text(r, row, GOODS_CLASS),
			.hs = db_get_text(r, row, GOODS_HS),
			.name_zh = db_get_text(r, row, GOODS_ZH),
			.name_en = db_get_text(r, row, GOODS_EN),
			.valid_from = day_of(r, row, GOODS_FROM),
			.valid_to = day_of(r, row, GOODS_TO),
			.source = db_get_text(r, row, GOODS_SOURCE),
		};

		if (!codebook_add_goods(book, &one))
			return fault_set(f, FAULT_SYSTEM, "no memory for the classes of goods");
	}
	return true;
}

/* A row that cannot be obeyed is refused: less would be told than an authority needs, or more than it may see. */
static bool read_form_rows(struct codebook *book, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct form_row one = {
			.place = (int)db_get_int(r, row, FIELD_PLACE),
			.direction = db_get_text(r, row, FIELD_DIRECTION),
			.trade_mode = db_get_text(r, row, FIELD_MODE),
			.section = db_get_text(r, row, FIELD_SECTION),
			.member = db_get_text(r, row, FIELD_MEMBER),
			.value = db_get_text(r, row, FIELD_VALUE),
			.personal = db_get_int(r, row, FIELD_PERSONAL) != 0,
			.purpose = db_get_text(r, row, FIELD_PURPOSE),
			.valid_from = day_of(r, row, FIELD_FROM),
			.valid_to = day_of(r, row, FIELD_TO),
			.source = db_get_text(r, row, FIELD_SOURCE),
		};
		struct text authority = db_get_text(r, row, FIELD_AUTHORITY), dialect = db_get_text(r, row, FIELD_DIALECT);
		const char *why;

		if (!form_row_read(&one, authority, dialect, db_get_text(r, row, FIELD_PRESENCE), &why))
			return fault_set(f, FAULT_SCHEMA, "authority_field " TEXT_FMT " " TEXT_FMT " %d: %s", TEXT_ARG(authority), TEXT_ARG(dialect), one.place, why);
		if (!codebook_add_form_row(book, &one))
			return fault_set(f, FAULT_SYSTEM, "no memory for the forms");
	}
	return true;
}

/* How the authority wants to be spoken to. An unknown dialect or credential belongs to a newer program: it is left alone. */
static bool read_manner(struct rules *rules, enum authority a, const struct db_rows *r, int row)
{
	struct authority_conf *conf = &rules->authorities[a];
	struct text file = db_get_text(r, row, AUTH_CREDENTIAL_FILE);

	if (!authority_dialect_by_name(db_get_text(r, row, AUTH_DIALECT), &rules->book->dialects[a]) ||
	    !credential_kind_by_name(db_get_text(r, row, AUTH_CREDENTIAL), &conf->credential)) {
		conf->connected = false;
		return true;
	}
	conf->credential_file = file.len == 0 ? NULL : strndup(file.at, file.len);
	return file.len == 0 || conf->credential_file != NULL;
}

static bool read_authorities(struct rules *rules, const struct db_rows *r)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct text url = db_get_text(r, row, AUTH_URL), query_url = db_get_text(r, row, AUTH_QUERY_URL);
		struct authority_conf *conf;
		enum authority authority;

		if (!authority_by_code(db_get_text(r, row, AUTH_CODE), &authority))
			continue;
		conf = &rules->authorities[authority];
		conf->connected = url.len > 0;
		conf->url = conf->connected ? strndup(url.at, url.len) : NULL;
		conf->query_url = query_url.len > 0 ? strndup(query_url.at, query_url.len) : NULL;
		conf->max_in_flight = (int)db_get_int(r, row, AUTH_IN_FLIGHT);
		conf->timeout_ms = (int)db_get_int(r, row, AUTH_TIMEOUT);
		conf->bundle_max = (int)db_get_int(r, row, AUTH_BUNDLE);
		conf->max_per_s = (int)db_get_int(r, row, AUTH_PER_S);
		conf->burst = (int)db_get_int(r, row, AUTH_BURST);
		read_windows(conf, db_get_text(r, row, AUTH_WINDOWS));
		conf->policy = (struct delivery_policy){
			.attempts_max = (int)db_get_int(r, row, AUTH_ATTEMPTS),
			.first_wait_us = db_get_int(r, row, AUTH_FIRST_WAIT) * 1000,
			.longest_wait_us = db_get_int(r, row, AUTH_LONGEST_WAIT) * 1000,
			.breaker_failures = (int)db_get_int(r, row, AUTH_FAILURES),
			.breaker_us = db_get_int(r, row, AUTH_BREAKER) * 1000,
		};
		if ((conf->connected && conf->url == NULL) || (query_url.len > 0 && conf->query_url == NULL) || !read_manner(rules, authority, r, row))
			return false;
	}
	return true;
}

static bool read_recognitions(struct codebook *book, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct recognition one = {
			.id = (int32_t)db_get_int(r, row, RECOGNITION_ID),
			.of_inspection = db_get_int(r, row, RECOGNITION_OF) != 0,
			.clears = db_get_int(r, row, RECOGNITION_STANDS_FOR) != 0,
			.valid_from = day_of(r, row, RECOGNITION_FROM),
			.valid_to = day_of(r, row, RECOGNITION_TO),
			.source = db_get_text(r, row, RECOGNITION_SOURCE),
		};

		if (!authority_by_code(db_get_text(r, row, RECOGNITION_GIVER), &one.giver) ||
		    !authority_by_code(db_get_text(r, row, RECOGNITION_TAKER), &one.taker))
			return fault_set(f, FAULT_SCHEMA, "recognition row %d names an authority that is unknown here", (int)one.id);
		if (!codebook_add_recognition(book, &one))
			return fault_set(f, FAULT_SYSTEM, "no memory for the rules of recognition");
	}
	return true;
}

/* A check that this program cannot make must not be passed over. */
static bool read_lookups(struct codebook *book, const struct db_rows *r, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct lookup_rule one = {
			.id = (int32_t)db_get_int(r, row, LOOKUP_ID),
			.goods_class = db_get_text(r, row, LOOKUP_CLASS),
			.holds = db_get_int(r, row, LOOKUP_HOLDS) != 0,
			.valid_from = day_of(r, row, LOOKUP_FROM),
			.valid_to = day_of(r, row, LOOKUP_TO),
		};
		bool is_known = authority_by_code(db_get_text(r, row, LOOKUP_AUTHORITY), &one.authority) &&
		                lookup_by_name(db_get_text(r, row, LOOKUP_NAME), &one.question) && lookup_use_by_name(db_get_text(r, row, LOOKUP_USED), &one.use);
		const char *why = is_known ? lookup_rule_fault(&one) : "its authority, question or use is unknown here";

		if (why != NULL)
			return fault_set(f, FAULT_SCHEMA, "lookup_rule row %d: %s", (int)one.id, why);
		if (!codebook_add_lookup(book, &one))
			return fault_set(f, FAULT_SYSTEM, "no memory for the questions to departments");
	}
	return true;
}

static const char *const credential_names[] = { [CREDENTIAL_NONE] = "none", [CREDENTIAL_BEARER] = "bearer", [CREDENTIAL_HMAC] = "hmac" };

bool credential_kind_by_name(struct text t, enum credential_kind *out)
{
	for (int k = CREDENTIAL_NONE; k <= CREDENTIAL_HMAC; k++) {
		if (text_is(t, credential_names[k])) {
			*out = (enum credential_kind)k;
			return true;
		}
	}
	return false;
}

void rules_free(struct rules *r)
{
	if (r == NULL)
		return;
	codebook_free(r->book);
	for (int a = 0; a < AUTHORITY_COUNT; a++) {
		struct authority_conf *conf = &r->authorities[a];

		if (conf->secret.at != NULL)
			explicit_bzero((char *)(uintptr_t)conf->secret.at, conf->secret.len);
		free((char *)(uintptr_t)conf->secret.at);
		free(conf->credential_file);
		free(conf->url);
		free(conf->query_url);
	}
	free(r);
}

static bool fill(struct rules *r, const struct db_answer *a, struct fault *f)
{
	r->revision = db_get_int(a->results[RESULT_REVISION], 0, 0);
	r->book = codebook_new(RULES_BOOK_BYTES);
	if (r->book == NULL || !read_codes(r->book, a->results[RESULT_CODES]))
		return fault_set(f, FAULT_SYSTEM, "no memory for the code lists");
	if (!read_regimes(r->book, a->results[RESULT_REGIMES], f) || !read_goods(r->book, a->results[RESULT_GOODS], f) ||
	    !read_form_rows(r->book, a->results[RESULT_FIELDS], f))
		return false;
	if (!read_recognitions(r->book, a->results[RESULT_RECOGNITIONS], f) || !read_lookups(r->book, a->results[RESULT_LOOKUPS], f) ||
	    !risk_store_read(a->results + RESULT_RISK, &r->risk, f))
		return false;
	r->book->revision = r->revision;
	if (!codebook_seal(r->book) || !read_authorities(r, a->results[RESULT_AUTHORITIES]))
		return fault_set(f, FAULT_SYSTEM, "no memory for the rules");
	if (!codebook_check_regimes(r->book, f) || !codebook_check_forms(r->book, f))
		return false;
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++)
		if (codebook_default_regime(r->book, (enum direction)d, INT32_MAX - 1) == NULL)
			return fault_set(f, FAULT_SCHEMA, "table regime has no row '*' for %s that is in force", direction_name((enum direction)d));
	return true;
}

struct rules *rules_from_answer(const struct db_answer *a, struct fault *f)
{
	struct rules *r;

	assert(a->outcome == DB_DONE && a->count == RESULT_COUNT);
	r = calloc(1, sizeof(*r));
	if (r == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the rules");
		return NULL;
	}
	if (!fill(r, a, f)) {
		rules_free(r);
		return NULL;
	}
	return r;
}
