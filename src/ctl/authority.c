/* authority: where each department's system is, how it is spoken to, what we show it, how it wants to be treated. */
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "ctl/table.h"
#include "model/form.h"
#include "store/rule_store.h"

/* A credential and its file go together; the secret itself is in no option and no database. */
static bool check_credential(const struct ctl *c, struct fault *f)
{
	enum credential_kind kind;

	if (c->credential == NULL)
		return c->credential_file == NULL || fault_set(f, FAULT_BAD_REQUEST, "--credential-file goes with --credential bearer or hmac");
	if (!credential_kind_by_name(text_of(c->credential), &kind))
		return fault_set(f, FAULT_BAD_REQUEST, "--credential is none, bearer or hmac");
	if ((kind == CREDENTIAL_NONE) != (c->credential_file == NULL))
		return fault_set(f, FAULT_BAD_REQUEST, "--credential-file goes with --credential bearer or hmac");
	if (kind == CREDENTIAL_HMAC && strcmp(c->arguments[0], authority_code(AUTHORITY_CUS)) == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "customs' messages carry their signature inside: customs.signing_key");
	for (const char *at = c->credential_file; at != NULL && *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
			return fault_set(f, FAULT_BAD_REQUEST, "--credential-file is of visible ASCII without quotes: its last part names the secret in messages");
	return c->credential_file == NULL || c->credential_file[0] == '/' || strncmp(c->credential_file, "credential:", 11) == 0 ||
	       fault_set(f, FAULT_BAD_REQUEST, "--credential-file is an absolute path, or credential:NAME");
}

static bool check_dialect(struct ctl *c, struct fault *f)
{
	const struct db_param p[] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->dialect)) };
	const struct db_rows *r;

	if (c->dialect == NULL)
		return true;
	r = ctl_run(c, "select exists (select 1 from authority_field where authority = $1 and dialect = $2)", p, 2, f);
	if (r == NULL)
		return false;
	return db_get_int(r, 0, 0) != 0 || fault_set(f, FAULT_BAD_REQUEST, "table authority_field has no rows of %.20s in dialect %.20s", c->arguments[0], c->dialect);
}

/* 0 takes the limit away. */
static bool number_or_none(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f)
{
	if (value == NULL || strcmp(value, "0") != 0)
		return ctl_number(c, option, value, out, f);
	*out = db_i32(&c->arena, 0);
	return true;
}

bool authority_set(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update authority set url = case when $2::text is null then url else nullif($2, '') end,"
	"   max_in_flight = coalesce($3::integer, max_in_flight), timeout_ms = coalesce($4::integer, timeout_ms),"
	"   attempts_max = coalesce($5::integer, attempts_max), first_wait_ms = coalesce($6::integer, first_wait_ms),"
	"   longest_wait_ms = coalesce($7::integer, longest_wait_ms), breaker_failures = coalesce($8::integer, breaker_failures),"
	"   breaker_ms = coalesce($9::integer, breaker_ms), bundle_max = coalesce($10::integer, bundle_max),"
	"   max_per_s = case when $11::integer is null then max_per_s else nullif($11, 0) end,"
	"   burst = case when $12::integer is null then burst else nullif($12, 0) end, dialect = coalesce($13::text, dialect),"
	"   credential = coalesce($14::text, credential), credential_file = case when $14::text is null then credential_file else $15::text end,"
	"   query_url = case when $16::text is null then query_url else nullif($16, '') end"
	" where code = $1 returning code";
	const struct { const char *option, *value; } numbers[] = {
		{ "max-in-flight", c->max_in_flight }, { "timeout-ms", c->timeout_ms },
		{ "attempts-max", c->attempts_max }, { "first-wait-ms", c->first_wait_ms },
		{ "longest-wait-ms", c->longest_wait_ms }, { "breaker-failures", c->breaker_failures },
		{ "breaker-ms", c->breaker_ms }, { "bundle-max", c->bundle_max },
	};
	const struct { const char *option, *value; } optional[] = { { "max-per-s", c->max_per_s }, { "burst", c->burst } };
	const size_t last = 2 + COUNTOF(numbers) + COUNTOF(optional);
	struct db_param p[2 + COUNTOF(numbers) + COUNTOF(optional) + 4] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->url)) };
	const struct db_rows *r;

	if (!ctl_check_url(c->url, f) || !ctl_check_url(c->query_url, f) || !check_credential(c, f) || !check_dialect(c, f))
		return false;
	for (size_t i = 0; i < COUNTOF(numbers); i++)
		if (!ctl_number(c, numbers[i].option, numbers[i].value, &p[2 + i], f))
			return false;
	for (size_t i = 0; i < COUNTOF(optional); i++)
		if (!number_or_none(c, optional[i].option, optional[i].value, &p[2 + COUNTOF(numbers) + i], f))
			return false;
	p[last] = db_text(text_of(c->dialect));
	p[last + 1] = db_text(text_of(c->credential));
	p[last + 2] = db_text(text_of(c->credential_file));
	p[last + 3] = db_text(text_of(c->query_url));
	r = ctl_run(c, update, p, (int)COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "there is no authority %.20s", c->arguments[0]);
	return ctl_rules_moved(c, f);
}

bool authority_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "code", "title", "url", "dialect", "credential", "credential_file", "max_in_flight", "timeout_ms", "attempts_max",
		                               "first_wait_ms", "longest_wait_ms", "breaker_failures", "breaker_ms", "bundle_max", "max_per_s", "burst", "query_url" };
	static const char select[] =
	"select code, url, dialect, credential, credential_file, max_in_flight, timeout_ms, attempts_max, first_wait_ms, longest_wait_ms, breaker_failures,"
	"   breaker_ms, bundle_max, coalesce(max_per_s, 0), coalesce(burst, 0), query_url from authority order by code";
	const struct db_rows *r = ctl_run(c, select, NULL, 0, f);
	enum authority authority;
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		bool known = authority_by_code(db_get_text(r, row, 0), &authority);

		table_text(&t, db_get_text(r, row, 0));
		table_text(&t, text_of(known ? authority_title(authority, false) : NULL));
		for (int col = 1; col < 5; col++)
			table_text(&t, db_get_text(r, row, col));
		for (int col = 5; col < 15; col++)
			table_int(&t, db_get_int(r, row, col));
		table_text(&t, db_get_text(r, row, 15));
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
