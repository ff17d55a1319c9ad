/* Client-Cert and Client-Cert-Chain: what is read of them, and every form that names nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "standard/client_cert.h"

enum { ARENA_BYTES = 1 << 20 };

static bool reads(struct arena *a, const char *cert, const char *chain, struct client_cert *out)
{
	struct fault f = { 0 };
	bool good = client_cert_read(a, text_of(cert), chain == NULL ? (struct text){ NULL, 0 } : text_of(chain), out, &f);

	assert_int_equal(f.code, good ? FAULT_NONE : FAULT_BAD_REQUEST);
	return good;
}

static void test_read(void **state)
{
	struct client_cert c;
	struct arena a;

	(void)state;
	arena_init(&a, ARENA_BYTES);
	assert_true(reads(&a, ":MIIB:", NULL, &c));
	assert_int_equal(c.count, 1);
	assert_int_equal(c.ders[0].len, 3);
	assert_memory_equal(c.ders[0].at, "\x30\x82\x01", 3);
	assert_true(reads(&a, " :MIIB: ", "", &c));
	assert_int_equal(c.count, 1);
	assert_true(reads(&a, ":MIIB:", ":MIIC:,\t:MIID:", &c));
	assert_int_equal(c.count, 3);
	assert_memory_equal(c.ders[1].at, "\x30\x82\x02", 3);
	assert_memory_equal(c.ders[2].at, "\x30\x82\x03", 3);
	assert_true(reads(&a, ":MIIB:", ":AA==:,:AA==:,:AA==:,:AA==:,:AA==:,:AA==:,:AA==:", &c));
	assert_int_equal(c.count, CLIENT_CERT_CHAIN_MAX);
	arena_done(&a);
}

static void test_refused(void **state)
{
	static const struct {
		const char *cert, *chain;
	} bad[] = {
		{ "", NULL }, { "::", NULL }, { ":MIIB", NULL }, { "MIIB", NULL }, { "\"MIIB\"", NULL }, { "?1", NULL }, { "1", NULL }, { "(:MIIB:)", NULL },
		{ ":MIIB:;a", NULL }, { ":MIIB:, :MIIB:", NULL }, { ":MIIB: x", NULL }, { ":MI IB:", NULL }, { ":-_-_:", NULL }, { "a=:MIIB:", NULL },
		{ "-----BEGIN CERTIFICATE-----", NULL },
		{ ":MIIB:", "::" }, { ":MIIB:", "MIIB" }, { ":MIIB:", ":MIIB:," }, { ":MIIB:", "(:MIIB:)" }, { ":MIIB:", ":MIIB:;a=1" }, { ":MIIB:", "a=:MIIB:" },
		{ ":MIIB:", ":AA==:,:AA==:,:AA==:,:AA==:,:AA==:,:AA==:,:AA==:,:AA==:" },
	};
	struct client_cert c;
	struct arena a;

	(void)state;
	arena_init(&a, ARENA_BYTES);
	for (size_t i = 0; i < COUNTOF(bad); i++)
		if (reads(&a, bad[i].cert, bad[i].chain, &c))
			fail_msg("%s %s", bad[i].cert, bad[i].chain == NULL ? "" : bad[i].chain);
	arena_done(&a);
}

static void test_too_large(void **state)
{
	char field[32768];
	struct client_cert c;
	struct arena a;

	(void)state;
	arena_init(&a, ARENA_BYTES);
	memset(field, 'A', sizeof(field));
	field[0] = field[16384 / 3 * 4 + 5] = ':'; /* three bytes more than a certificate may have */
	field[16384 / 3 * 4 + 6] = '\0';
	assert_false(reads(&a, field, NULL, &c));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
