/* Matching, 405 and Allow, and that the table is sound: names once, placeholders as many as captures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/openapi.h"
#include "api/route.h"

static const struct {
	const char *method, *path;
	const char *route;      /* NULL: none */
	bool path_known;
	const char *captures[REQ_CAPTURES];
} cases[] = {
	{ "POST", "/v1/filings", "filings_post", true, { NULL } },
	{ "GET", "/v1/filings", "filings_find", true, { NULL } },
	{ "HEAD", "/v1/filings", "filings_find", true, { NULL } },
	{ "GET", "/v1/filings/abc", "filings_get", true, { "abc" } },
	{ "GET", "/v1/filings/abc/receipt", "filings_receipt", true, { "abc" } },
	{ "GET", "/v1/jobs", "jobs_list", true, { NULL } },
	{ "GET", "/v1/jobs/abc/results", "jobs_results", true, { "abc" } },
	{ "POST", "/v1/jobs/abc/cancel", "jobs_cancel", true, { "abc" } },
	{ "POST", "/v1/jobs", NULL, true, { NULL } },
	{ "GET", "/v1/receipts", "receipts_poll", true, { NULL } },
	{ "POST", "/v1/clients/Shop 17/state", "clients_state", true, { "Shop 17" } },
	{ "GET", "/v1/me", "me_get", true, { NULL } },
	{ "POST", "/v1/authorities/CUS/receipts", "receipts_post", true, { "CUS" } },
	{ "GET", "/v1/standard/order/import", "standard_schema", true, { "order", "import" } },
	{ "GET", "/v1/standard/regimes", "standard_regimes", true, { NULL } },
	{ "GET", "/v1/declarations/abc/steps", "declarations_steps", true, { "abc" } },
	{ "GET", "/v1/standard/codes", "standard_codes", true, { NULL } },
	{ "GET", "/v1/standard/codes/currency", "standard_code_list", true, { "currency" } },
	{ "GET", "/v1/standard", "standard_index", true, { NULL } },
	{ "POST", "/v1/deliveries/x.CUS.1/retry", "deliveries_retry", true, { "x.CUS.1" } },
	{ "GET", "/healthz", "healthz", true, { NULL } },
	{ "DELETE", "/v1/filings", NULL, true, { NULL } },
	{ "POST", "/healthz", NULL, true, { NULL } },
	{ "HEAD", "/test/clock", NULL, true, { NULL } },
	{ "get", "/v1/filings", NULL, true, { NULL } },
	{ "GET", "/v1/filings/", NULL, false, { NULL } },
	{ "GET", "/v1/filings//receipt", NULL, false, { NULL } },
	{ "GET", "/v1/filings/abc/", NULL, false, { NULL } },
	{ "GET", "/v1/filings/abc/receipts", NULL, false, { NULL } },
	{ "GET", "/v1/filing", NULL, false, { NULL } },
	{ "GET", "/v1/filingsx", NULL, false, { NULL } },
	{ "GET", "/", NULL, false, { NULL } },
	{ "GET", "", NULL, false, { NULL } },
};

static void finds_routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct route_match m;

		route_find(&api_routes, text_of(cases[i].method), text_of(cases[i].path), &m);
		if ((m.route == NULL) != (cases[i].route == NULL) || m.path_known != cases[i].path_known)
			fail_msg("%s %s", cases[i].method, cases[i].path);
		if (m.route == NULL)
			continue;
		assert_string_equal(m.route->name, cases[i].route);
		for (int c = 0; c < REQ_CAPTURES; c++)
			assert_true(text_eq(m.captures[c], text_of(cases[i].captures[c])));
	}
}

static void names_what_a_path_allows(void **state)
{
	static const struct { const char *path, *allow; } paths[] = {
		{ "/v1/filings", "GET, HEAD, OPTIONS, POST" },
		{ "/v1/filings/abc", "GET, HEAD, OPTIONS" },
		{ "/v1/identities", "OPTIONS, POST" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 4096);
	for (size_t i = 0; i < COUNTOF(paths); i++) {
		struct buf b;

		buf_init(&b, &a, 32);
		route_put_allow(&api_routes, &b, text_of(paths[i].path));
		assert_string_equal(b.at, paths[i].allow);
	}
	arena_done(&a);
}

static int placeholders(const char *path)
{
	int n = 0;

	for (; *path != '\0'; path++)
		n += *path == '{';
	return n;
}

static bool has_schema(const char *name)
{
	for (const struct openapi_schema *const *list = openapi_schemas; *list != NULL; list++)
		for (const struct openapi_schema *s = *list; s->name != NULL; s++)
			if (strcmp(s->name, name) == 0)
				return true;
	return false;
}

static void table_is_sound(void **state)
{
	(void)state;
	for (int i = 0; i < api_routes.count; i++) {
		const struct route *r = &api_routes.list[i];

		assert_true(r->path[0] == '/' && placeholders(r->path) <= REQ_CAPTURES);
		assert_non_null(r->handler);
		assert_true(!r->files || r->roles == ROLE_BIT(ROLE_ENTERPRISE)); /* only they have a state that lets them */
		assert_true(r->summary != NULL && r->statuses != NULL && r->type != NULL);
		assert_true(r->schema == NULL || has_schema(r->schema));
		assert_true((r->body != ROUTE_BODY_NONE) == (r->takes != NULL) && (r->takes == NULL || has_schema(r->takes)));
		assert_true(strstr("GET POST PUT PATCH DELETE", r->method) != NULL);
		for (int q = 0; q < r->query_count; q++)
			assert_non_null(openapi_parameter(r->query[q], (int)strlen(r->query[q])));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(r->name, api_routes.list[k].name);
	}
}

static bool has_status(const char *name, int status)
{
	int all[ROUTE_STATUSES_MAX];

	for (int i = 0; i < api_routes.count; i++) {
		int n = strcmp(api_routes.list[i].name, name) == 0 ? route_statuses(&api_routes.list[i], all) : 0;

		for (int k = 0; k < n; k++) {
			assert_true(k == 0 || all[k] > all[k - 1]);
			if (all[k] == status)
				return true;
		}
	}
	return false;
}

static void documents_its_statuses(void **state)
{
	(void)state;
	assert_true(has_status("filings_post", 200) && has_status("filings_post", 201) && has_status("filings_post", 207));
	assert_true(has_status("filings_post", 409) && has_status("filings_post", 415) && has_status("filings_post", 401));
	assert_true(has_status("deliveries_retry", 202) && !has_status("deliveries_retry", 200));
	assert_true(has_status("healthz", 200) && !has_status("healthz", 401));
	assert_true(has_status("declarations_get", 304) && has_status("declarations_get", 404));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_routes),
		cmocka_unit_test(names_what_a_path_allows),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(documents_its_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
