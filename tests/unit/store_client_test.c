/* Who calls: found by the token's hash, while neither disabled nor expired; may file for its own codes only. */
#include "house_bench.h"

#include "store/client_store.h"

struct load {
	struct db_call call;
	struct house *h;
	struct client_set *set;
};

static void on_load(struct db_call *call, const struct db_answer *a)
{
	struct load *l = container_of(call, struct load, call);

	assert_int_equal(a->outcome, DB_DONE);
	l->set = client_set_from_rows(&(struct client_rows){ a->results[0], a->results[1], a->results[2], a->results[3], a->results[4], a->results[5] });
	loop_stop(l->h->loop);
}

static struct client_set *load(struct house *h)
{
	struct load l = { .h = h };

	db_call_init(&l.call);
	db_call_add(&l.call, &client_store_all, NULL);
	db_call_add(&l.call, &client_store_tokens, NULL);
	db_call_add(&l.call, &client_store_certificates, NULL);
	db_call_add(&l.call, &client_store_keys, NULL);
	db_call_add(&l.call, &quota_store_all, NULL);
	db_call_add(&l.call, &client_store_barred, NULL);
	house_run(h, &l.call, on_load);
	assert_non_null(l.set);
	return l.set;
}

/* Everybody's token is the name; that of "late" has an end, that of "short" is no hash. */
static void give_tokens(struct house *h)
{
	house_sql(h->db, "insert into client_token (client_id, sha256, created_at, created_by, expires_at)"
	                 " select id, case name when 'short' then '\\x00' else sha256(convert_to(name, 'UTF8')) end, now(), 'test',"
	                 " case name when 'late' then timestamptz '2026-03-02T10:11:12+08' end from client");
}

/* The tests' tokens are their names. */
static const struct client *find(const struct client_set *s, const char *token, int64_t now_us)
{
	struct sha256 hash = sha256_of(text_of(token));
	struct client_token unused;

	return client_set_find(s, &hash, now_us, &unused);
}

static void clients_are_found_by_their_token(void **state)
{
	struct house *h = house_of(state);
	const struct client *c;
	struct client_set *s;

	house_migrate(h);
	s = load(h);
	assert_null(find(s, "shop", NOW_US)); /* of none */
	client_set_free(s);
	house_sql(h->db,
	          "insert into client (name, role, codes, authority, created_at, disabled_at, state) values"
	          " ('shop', 'enterprise', '{91330100MA27Y5QW3N,3301960001}', null, now(), null, 'tested'),"
	          " ('late', 'operator', '{}', null, now(), null, null),"
	          " ('gone', 'operator', '{}', null, now(), now(), null),"
	          " ('tax', 'authority', '{}', 'TAX', now(), null, null),"
	          " ('mars', 'authority', '{}', 'MARS', now(), null, null),"
	          " ('short', 'operator', '{}', null, now(), null, null),"
	          " ('eye', 'regulator', '{}', null, now(), null, null)");
	give_tokens(h);
	s = load(h);
	c = find(s, "shop", NOW_US);
	assert_non_null(c);
	assert_true(text_is(c->name, "shop") && c->role == ROLE_ENTERPRISE && c->code_count == 2 && !c->has_authority);
	assert_int_equal(c->state, CLIENT_TESTED);
	assert_true(c->id == house_ask(h, "select id from client where name = 'shop'"));
	assert_true(client_may_file_for(c, TEXT("91330100MA27Y5QW3N")) && client_may_file_for(c, TEXT("3301960001")));
	assert_false(client_may_file_for(c, TEXT("91330100MA27Y5QW3")) || client_may_file_for(c, TEXT("")) || client_may_file_for(c, TEXT("x")));
	c = find(s, "tax", NOW_US);
	assert_true(c->role == ROLE_AUTHORITY && c->has_authority && c->authority == AUTHORITY_TAX);
	assert_false(client_may_file_for(c, TEXT("3301960001")));
	assert_int_equal(find(s, "eye", NOW_US)->role, ROLE_REGULATOR);
	/* the moment it expires it is no more */
	assert_non_null(find(s, "late", NOW_US - 1));
	assert_null(find(s, "late", NOW_US));
	assert_null(find(s, "gone", NOW_US));
	assert_null(find(s, "mars", NOW_US)); /* an authority that this program does not know */
	assert_null(find(s, "nobody", NOW_US));
	client_set_free(s);
	client_set_free(NULL);
}

static void certificates_come_with_their_client(void **state)
{
	struct house *h = house_of(state);
	const struct client_signature *none, *some;
	struct client_set *s;

	house_migrate(h);
	house_sql(h->db,
	          "insert into client (name, role, state, codes, created_at, signature_required, signature_tolerant) values"
	          " ('plain', 'enterprise', 'live', '{3301960001}', now(), default, default),"
	          " ('unread', 'enterprise', 'live', '{}', now(), 'all', true),"
	          " ('signing', 'enterprise', 'live', '{3301960001}', now(), 'text', false);"
	          "insert into client_certificate (client_id, sha256, der, serial, subject, not_before, not_after, added_at, revoked_at)"
	          " select id, sha256(d), d, '0A', 'CN=x', '2026-03-01T00:00+08', '2027-03-01T00:00+08', now(), r"
	          " from client, (values ('\\x3000'::bytea, null::timestamptz), ('\\x3001', now()), ('\\x3002', null)) v(d, r)"
	          " where name in ('unread', 'signing')");
	give_tokens(h);
	s = load(h);
	none = &find(s, "plain", NOW_US)->signature;
	assert_true(none->required == SIGNATURE_NONE && none->is_tolerant && none->certificate_count == 0);
	some = &find(s, "signing", NOW_US)->signature;
	assert_true(some->required == SIGNATURE_TEXT && !some->is_tolerant);
	assert_int_equal(some->certificate_count, 2); /* the revoked one is not here, nor are another's */
	for (int i = 0; i < 2; i++) {
		const struct bound_certificate *c = &some->certificates[i];
		struct sha256 sha256 = sha256_of(c->der);
		int64_t from_us, to_us;

		assert_memory_equal(&c->sha256, &sha256, sizeof(sha256));
		assert_true(text_is(c->serial, "0A") && c->der.len == 2 && c->der.at[0] == '0' && c->der.at[1] != 1);
		assert_true(clock_parse_date(TEXT("2026-03-01"), &from_us) && clock_parse_date(TEXT("2027-03-01"), &to_us));
		assert_true(c->not_before_us == from_us && c->not_after_us == to_us);
	}
	client_set_free(s);
}

static void many_clients_are_all_found(void **state)
{
	struct house *h = house_of(state);
	struct client_set *s;
	char name[16];

	house_migrate(h);
	house_sql(h->db, "insert into client (name, role, codes, created_at, state)"
	                 " select 'c' || i, 'enterprise', array['code' || i], now(), 'live' from generate_series(1, 5000) i");
	give_tokens(h);
	s = load(h);
	for (int i = 0; i <= 5001; i++) {
		const struct client *c;

		(void)snprintf(name, sizeof(name), "c%d", i);
		c = find(s, name, NOW_US);
		assert_int_equal(c != NULL, i >= 1 && i <= 5000);
		assert_true(c == NULL || text_is(c->name, name));
	}
	client_set_free(s);
}

static void a_client_has_several_tokens(void **state)
{
	const int64_t day_us = US_PER_DAY;
	struct house *h = house_of(state);
	struct client_token token;
	struct client_set *s;
	struct sha256 hash;

	house_migrate(h);
	house_sql(h->db, "insert into client (name, role, created_at, disabled_at) values ('a', 'operator', now(), null), ('b', 'operator', now(), null),"
	                 " ('c', 'operator', now(), null), ('off', 'operator', now(), now());"
	                 "insert into client_token (client_id, sha256, created_at, created_by, expires_at, revoked_at)"
	                 " select c.id, sha256(convert_to(t, 'UTF8')), now(), 'test', e, r from (values"
	                 " ('a', 'a1', timestamptz '2026-03-05T10:11:12+08', null::timestamptz), ('a', 'a2', null, null), ('a', 'a3', null, now()),"
	                 " ('b', 'b1', '2026-03-03T10:11:12+08', null), ('b', 'b2', '2026-03-05T10:11:12+08', null),"
	                 " ('c', 'c1', '2026-03-01T10:11:12+08', null), ('off', 'd1', '2026-03-05T10:11:12+08', null)) v(n, t, e, r) join client c on c.name = v.n");
	s = load(h);
	assert_ptr_equal(find(s, "a1", NOW_US), find(s, "a2", NOW_US));
	assert_true(text_is(find(s, "b2", NOW_US)->name, "b"));
	assert_null(find(s, "a3", NOW_US)); /* revoked */
	assert_null(find(s, "c1", NOW_US));
	assert_null(find(s, "d1", NOW_US));
	hash = sha256_of(TEXT("b1"));
	assert_non_null(client_set_find(s, &hash, NOW_US, &token));
	assert_true(token.expires_us == NOW_US + day_us);
	assert_true(token.id == house_ask(h, "select id from client_token where sha256 = sha256('b1')"));
	/* b's last token ends in three days; a has one without an end, c has none that is good, "off" may not call */
	assert_int_equal(client_set_expiring(s, NOW_US, 3 * day_us), 1);
	assert_int_equal(client_set_expiring(s, NOW_US, 3 * day_us - 1), 0);
	client_set_free(s);
}

static void roles_have_names(void **state)
{
	(void)state;
	for (int r = 0; r < ROLE_COUNT; r++)
		for (int k = 0; k < r; k++)
			assert_string_not_equal(role_name((enum role)r), role_name((enum role)k));
}

#define WITH_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

/* Who is listed, whom customs holds barred, and whoever the same person stands behind. */
static void the_barred_are_known(void **state)
{
	struct house *h = house_of(state);
	struct client_set *s;

	house_migrate(h);
	house_sql(h->db,
	          "insert into credit_subject select c, c, 'merchant', '2026-01-01', now(), 1 from unnest(array['A1', 'B2', 'C3', 'D4', 'E5']) c;"
	          "insert into credit_place (code, judged_on, barred) select code, '2026-01-01', code = 'C3' from credit_subject;"
	          "insert into credit_tie select c, 'controller', 'p', now(), 1 from unnest(array['A1', 'D4']) c;"
	          "insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, kind_row, recorded_at, recorded_on, recorded_by)"
	          " select md5(c)::uuid, c, 'CE21', 'serious', true, 300, '2026-01-02', 'x', 'x', 321, now(), '2026-01-02', 1 from unnest(array['A1', 'E5']) c;"
	          "insert into listing select md5(code)::uuid, code, id, 'x', 'x', now(), '2026-01-02', '2027-01-02', '2029-01-02', 2 from credit_event;"
	          "insert into listing_exit select id, 'repair', 'x', 'x', now(), '2027-02-01', 2 from listing where code = 'E5'");
	s = load(h);
	assert_true(client_set_is_barred(s, TEXT("A1")));
	assert_false(client_set_is_barred(s, TEXT("B2")));
	assert_true(client_set_is_barred(s, TEXT("C3")));
	assert_true(client_set_is_barred(s, TEXT("D4")));
	assert_false(client_set_is_barred(s, TEXT("E5")));
	assert_false(client_set_is_barred(s, TEXT("")) || client_set_is_barred(s, TEXT("A")) || client_set_is_barred(s, TEXT("D44")));
	client_set_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOUSE(clients_are_found_by_their_token),
		WITH_HOUSE(certificates_come_with_their_client),
		WITH_HOUSE(many_clients_are_all_found),
		WITH_HOUSE(a_client_has_several_tokens),
		WITH_HOUSE(the_barred_are_known),
		cmocka_unit_test(roles_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
