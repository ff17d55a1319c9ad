/* The headers of a request: by credential, signed by whom, over what. Signatures are recomputed here from the words of the RFC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "flow/request_headers.h"

#define BODY   "{\"hello\": \"world\"}\n"
#define DIGEST "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"

struct bench {
	struct arena arena;
	struct signer *signer;
	struct authority_conf conf;
	struct request_content m;
	const char *headers[REQUEST_HEADERS_MAX];
	struct id message;
	char id[ID_TEXT_BYTES];
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char path[] = "/tmp/tongguan-request-XXXXXX";
	const struct text key[] = { TEXT("p"), TEXT("o") };
	struct fault f = { 0 };

	assert_non_null(mkdtemp(path));
	arena_init(&b->arena, 1 << 20);
	b->conf = (struct authority_conf){ .connected = true, .url = (char *)(uintptr_t)"https://tax.example/in?x=1" };
	b->message = id_of_key('M', key, 2);
	b->m = (struct request_content){ .authority = AUTHORITY_TAX, .message_id = &b->message, .content_type = "application/json", .body = TEXT(BODY),
		                         .now_us = INT64_C(1618884473999999) };
	id_format(&b->message, b->id);
	*state = b;
	assert_int_equal(rmdir(path), 0);
	if (!signer_create(path, &f))
		fail_msg("%s", f.text);
	b->signer = signer_load(path, &f);
	(void)unlink(path);
	return b->signer == NULL;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	signer_free(b->signer);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static int make(struct bench *b)
{
	int n = 0;

	assert_true(request_headers(&b->arena, &b->m, &b->conf, b->signer, b->headers));
	while (b->headers[n] != NULL)
		n++;
	return n;
}

/* What is signed, spelled out. */
static struct text expected_base(struct bench *b, const char *parameters)
{
	struct buf base;

	buf_init(&base, &b->arena, 512);
	buf_printf(&base, "\"@method\": POST\n\"@target-uri\": https://tax.example/in?x=1\n\"content-type\": application/json\n\"content-digest\": " DIGEST "\n"
	           "\"message-id\": %s\n\"@signature-params\": %s", b->id, parameters);
	return buf_as_text(&base);
}

static long signature_of(const char *header, uint8_t *out, size_t size)
{
	static const char start[] = "Signature: tongguan=:";
	size_t len = strlen(header);

	assert_memory_equal(header, start, sizeof(start) - 1);
	assert_int_equal(header[len - 1], ':');
	return base64_decode((struct text){ header + sizeof(start) - 1, len - sizeof(start) }, out, size);
}

static void the_gateways_key_signs_where_no_secret_is_shared(void **state)
{
	struct bench *b = *state;
	uint8_t key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
	struct buf input;

	assert_int_equal(make(b), 5);
	assert_string_equal(b->headers[2], "Content-Digest: " DIGEST);
	buf_init(&input, &b->arena, 256);
	buf_printf(&input, "Signature-Input: tongguan=(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\" \"message-id\");created=1618884473;keyid=\"%s\";"
	           "alg=\"ed25519\"", signer_key_id(b->signer));
	assert_string_equal(b->headers[3], input.at);
	assert_int_equal(signature_of(b->headers[4], signature, sizeof(signature)), SIGNATURE_BYTES);
	signer_public(b->signer, key);
	assert_true(signature_verify(key, expected_base(b, strchr(b->headers[3], '(')), signature));
}

static void a_shared_secret_signs_instead(void **state)
{
	static const struct { char *file; const char *name; } names[] = {
		{ (char *)(uintptr_t)"credential:tax-2026", "tax-2026" }, { (char *)(uintptr_t)"/etc/tongguand/credentials/tax", "tax" },
	};
	struct bench *b = *state;

	b->conf.credential = CREDENTIAL_HMAC;
	b->conf.secret = TEXT("0123456789abcdef");
	for (size_t i = 0; i < COUNTOF(names); i++) {
		struct sha256 mac;
		uint8_t signature[SIGNATURE_BYTES];
		char key_id[64];

		b->conf.credential_file = names[i].file;
		assert_int_equal(make(b), 5);
		(void)snprintf(key_id, sizeof(key_id), ";keyid=\"%s\";alg=\"hmac-sha256\"", names[i].name);
		assert_non_null(strstr(b->headers[3], key_id));
		assert_int_equal(signature_of(b->headers[4], signature, sizeof(signature)), sizeof(mac.b));
		mac = hmac_sha256(b->conf.secret, expected_base(b, strchr(b->headers[3], '(')));
		assert_memory_equal(signature, mac.b, sizeof(mac.b));
	}
}

static void a_token_goes_beside_the_signature(void **state)
{
	struct bench *b = *state;

	b->conf.credential = CREDENTIAL_BEARER;
	b->conf.secret = TEXT("tok.en");
	assert_int_equal(make(b), 6);
	assert_string_equal(b->headers[2], "Authorization: Bearer tok.en");
	assert_non_null(strstr(b->headers[4], "alg=\"ed25519\""));
}

static void customs_is_signed_inside(void **state)
{
	struct bench *b = *state;
	char message[80];

	b->m.authority = AUTHORITY_CUS;
	assert_int_equal(make(b), 5); /* a question to it is JSON, signed as for any other */
	b->m.content_type = "application/xml";
	assert_int_equal(make(b), 2);
	(void)snprintf(message, sizeof(message), "Message-Id: %s", b->id);
	assert_string_equal(b->headers[0], message);
	(void)snprintf(message, sizeof(message), "Idempotency-Key: \"%s\"", b->id);
	assert_string_equal(b->headers[1], message);
}

/* Each says its own id inside: the request has none, and its signature covers none. */
static void several_messages_are_signed_together(void **state)
{
	struct bench *b = *state;
	uint8_t key[PUBLIC_KEY_BYTES], signature[SIGNATURE_BYTES];
	struct buf base;

	b->m.message_id = NULL;
	assert_int_equal(make(b), 3);
	assert_string_equal(b->headers[0], "Content-Digest: " DIGEST);
	assert_null(strstr(b->headers[1], "message-id"));
	assert_int_equal(signature_of(b->headers[2], signature, sizeof(signature)), SIGNATURE_BYTES);
	buf_init(&base, &b->arena, 512);
	buf_printf(&base, "\"@method\": POST\n\"@target-uri\": https://tax.example/in?x=1\n\"content-type\": application/json\n\"content-digest\": " DIGEST "\n"
	           "\"@signature-params\": %s", strchr(b->headers[1], '('));
	signer_public(b->signer, key);
	assert_true(signature_verify(key, buf_as_text(&base), signature));
}

static void nothing_goes_half_signed(void **state)
{
	struct bench *b = *state;
	bool made = false;

	for (long n = 1; n < 20 && !made; n++) {
		struct arena a;

		arena_init(&a, 1 << 16);
		arena_fail_nth(n);
		made = request_headers(&a, &b->m, &b->conf, b->signer, b->headers);
		arena_fail_nth(0);
		assert_int_equal(made, !a.full);
		arena_done(&a);
	}
	assert_true(made);
}

#define WITH_BENCH(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(the_gateways_key_signs_where_no_secret_is_shared),
		WITH_BENCH(a_shared_secret_signs_instead),
		WITH_BENCH(a_token_goes_beside_the_signature),
		WITH_BENCH(customs_is_signed_inside),
		WITH_BENCH(several_messages_are_signed_together),
		WITH_BENCH(nothing_goes_half_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
