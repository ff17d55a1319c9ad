/* Which peers a list names: edges of networks, IPv4 inside IPv6, local sockets; and words that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "io/address_list.h"

union peer {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

static union peer peer_of(const char *text)
{
	union peer p = { .any = { .sa_family = AF_UNIX } };

	if (strcmp(text, "unix") == 0)
		return p;
	if (inet_pton(AF_INET, text, &p.v4.sin_addr) == 1) {
		p.any.sa_family = AF_INET;
		return p;
	}
	assert_int_equal(inet_pton(AF_INET6, text, &p.v6.sin6_addr), 1);
	p.any.sa_family = AF_INET6;
	return p;
}

static bool has(const struct address_list *l, const char *text)
{
	const union peer p = peer_of(text);

	return address_list_has(l, &p.any);
}

static void test_lists(void **state)
{
	static const struct {
		const char *words, *peer;
		bool is_in;
	} cases[] = {
		{ "", "127.0.0.1", false },
		{ "", "unix", false },
		{ "unix", "unix", true },
		{ "127.0.0.1", "unix", false },
		{ "unix", "127.0.0.1", false },
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "127.0.0.1", "::ffff:127.0.0.1", true },
		{ "127.0.0.1", "::1", false },
		{ "::ffff:10.0.0.0/104", "10.9.9.9", true },
		{ "10.2.0.0/15", "10.3.255.255", true },
		{ "10.2.0.0/15", "10.4.0.0", false },
		{ "10.2.0.0/15", "10.1.255.255", false },
		{ "0.0.0.0/0", "255.255.255.255", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "::1", true },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fe00::1", false },
		{ "192.0.2.7/32", "192.0.2.7", true },
		{ "192.0.2.7/32", "192.0.2.6", false },
		{ " 10.0.0.1  \t192.0.2.1\n unix ", "192.0.2.1", true },
		{ " 10.0.0.1  \t192.0.2.1\n unix ", "unix", true },
		{ " 10.0.0.1  \t192.0.2.1\n unix ", "192.0.2.2", false },
	};
	struct fault f = { 0 };
	struct address_list l;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_true(address_list_read(text_of(cases[i].words), &l, &f));
		if (has(&l, cases[i].peer) != cases[i].is_in)
			fail_msg("%s in %s", cases[i].peer, cases[i].words);
	}
}

static void test_words_that_are_none(void **state)
{
	static const char *const bad[] = { "x", "127.0.0", "127.0.0.1/", "127.0.0.1/33", "127.0.0.1/-1", "127.0.0.1/8/8", "/8", "::1/129", "127.0.0.1,10.0.0.1",
		                           "localhost", "[::1]", "10.0.0.1 UNIX", "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };
	struct address_list l;

	(void)state;
	for (size_t i = 0; i < COUNTOF(bad); i++) {
		struct fault f = { 0 };

		if (address_list_read(text_of(bad[i]), &l, &f))
			fail_msg("%s was taken", bad[i]);
		assert_int_equal(f.code, FAULT_CONFIG);
	}
}

static void test_as_many_as_may(void **state)
{
	char words[ADDRESS_LIST_MAX * 4 + 8];
	struct fault f = { 0 };
	struct address_list l;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < ADDRESS_LIST_MAX; i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, "::%d ", i % 10);
	assert_true(address_list_read((struct text){ words, len }, &l, &f));
	assert_int_equal(l.count, ADDRESS_LIST_MAX);
	(void)snprintf(words + len, sizeof(words) - len, "::1");
	assert_false(address_list_read(text_of(words), &l, &f));
	assert_int_equal(f.code, FAULT_CONFIG);
}

static void test_local(void **state)
{
	static const struct {
		const char *peer;
		bool is_local;
	} cases[] = { { "unix", true },         { "127.0.0.1", true }, { "127.255.255.254", true }, { "::1", true },       { "::ffff:127.0.0.1", true },
		      { "126.255.255.255", false }, { "128.0.0.0", false }, { "0.0.0.0", false },        { "::", false },        { "::2", false },
		      { "::ffff:10.0.0.1", false }, { "10.0.0.1", false },  { "fe80::1", false },        { "::7f00:1", false } };

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		const union peer p = peer_of(cases[i].peer);

		if (address_is_local(&p.any) != cases[i].is_local)
			fail_msg("%s", cases[i].peer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_words_that_are_none),
		cmocka_unit_test(test_as_many_as_may),
		cmocka_unit_test(test_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
