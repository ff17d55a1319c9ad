/* Digests against published vectors, Ed25519 keys, signatures and their files. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/crypto.h"

static char directory[] = "/tmp/tongguan-crypto-test-XXXXXX";
static char key_path[sizeof(directory) + 16];

static int make_directory(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(key_path, sizeof(key_path), "%s/key.pem", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	(void)unlink(key_path);
	return rmdir(directory);
}

static int remove_key(void **state)
{
	(void)state;
	(void)unlink(key_path);
	return 0;
}

static struct text hex(struct arena *a, const void *bytes, size_t len)
{
	struct buf b;

	buf_init(&b, a, 0);
	buf_hex(&b, bytes, len);
	return buf_as_text(&b);
}

static void write_key_file(const char *content, mode_t mode)
{
	FILE *file = fopen(key_path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(key_path, mode), 0);
}

static void sha256_vectors(void **state)
{
	static const struct {
		const char *in, *digest;
	} cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	const struct text parts[] = { TEXT("a"), TEXT(""), { NULL, 0 }, TEXT("b"), TEXT("c") };
	struct arena a;
	struct sha256 digest;

	(void)state;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		digest = sha256_of(text_of(cases[i].in));
		assert_string_equal(hex(&a, digest.b, 32).at, cases[i].digest);
	}
	digest = sha256_of_parts(parts, COUNTOF(parts));
	assert_string_equal(hex(&a, digest.b, 32).at, cases[1].digest);
	digest = sha256_of_parts(NULL, 0);
	assert_string_equal(hex(&a, digest.b, 32).at, cases[0].digest);
	arena_done(&a);
}

static void *hash_often(void *arg)
{
	struct sha256 expected = sha256_of(TEXT("abc"));
	long wrong = 0;

	(void)arg;
	for (int i = 0; i < 5000; i++) {
		struct sha256 digest = sha256_of(TEXT("abc"));

		wrong += !crypto_equal(digest.b, expected.b, 32);
	}
	return (void *)(intptr_t)wrong;
}

static void threads_do_not_disturb_each_other(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < COUNTOF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_often, NULL), 0);
	for (size_t i = 0; i < COUNTOF(threads); i++) {
		void *wrong;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
}

/* RFC 4231, cases 1, 2, 6 and 7. */
static void hmac_vectors(void **state)
{
	char twenty[20], many[131];
	const struct {
		struct text key, data;
		const char *digest;
	} cases[] = {
		{ { twenty, 20 }, TEXT("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ TEXT("Jefe"), TEXT("what do ya want for nothing?"),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ { many, 131 }, TEXT("Test Using Larger Than Block-Size Key - Hash Key First"),
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ { many, 131 },
		  TEXT("This is a test using a larger than block-size key and a larger than block-size data. "
		       "The key needs to be hashed before being used by the HMAC algorithm."),
		  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	};
	struct arena a;

	(void)state;
	memset(twenty, 0x0b, sizeof(twenty));
	memset(many, 0xaa, sizeof(many));
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct sha256 digest = hmac_sha256(cases[i].key, cases[i].data);

		assert_string_equal(hex(&a, digest.b, 32).at, cases[i].digest);
	}
	arena_done(&a);
}

static void comparing_and_random(void **state)
{
	uint8_t a[1000] = { 0 }, b[1000] = { 0 };
	int set = 0;

	(void)state;
	assert_true(crypto_equal("abc", "abc", 3));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_true(crypto_equal("a", "b", 0));
	assert_true(crypto_random(a, sizeof(a)));
	assert_true(crypto_random(b, sizeof(b)));
	assert_false(crypto_equal(a, b, sizeof(a)));
	for (size_t i = 0; i < sizeof(a); i++)
		set += a[i] != 0;
	assert_true(set > 900);
	assert_true(crypto_random(a, 0));
}

static void made_key_signs_and_loads_again(void **state)
{
	struct fault f = { 0 };
	struct signer *s, *again;
	struct stat st;
	uint8_t signature[SIGNATURE_BYTES], second[SIGNATURE_BYTES], public_key[PUBLIC_KEY_BYTES];
	struct sha256 digest;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 16);
	assert_true(signer_create(key_path, &f));
	assert_int_equal(stat(key_path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(signer_create(key_path, &f)); /* never overwritten */
	assert_int_equal(f.code, FAULT_CONFIG);

	f = (struct fault){ 0 };
	s = signer_load(key_path, &f);
	assert_non_null(s);
	assert_true(signer_sign(s, TEXT("message"), signature));
	signer_public(s, public_key);
	digest = sha256_of((struct text){ (const char *)public_key, sizeof(public_key) });
	assert_true(text_is(hex(&a, digest.b, 8), signer_key_id(s)));
	assert_true(signature_verify(public_key, TEXT("message"), signature));

	again = signer_load(key_path, &f);
	assert_non_null(again);
	assert_true(signer_sign(again, TEXT("message"), second));
	assert_memory_equal(signature, second, sizeof(second)); /* the same key, and Ed25519 takes no chance */
	assert_true(signer_sign(again, (struct text){ NULL, 0 }, second));
	assert_true(signature_verify(public_key, TEXT(""), second));
	signer_free(again);
	signer_free(s);
	signer_free(NULL);
	arena_done(&a);
}

static void tampering_is_seen(void **state)
{
	struct fault f = { 0 };
	struct signer *s;
	uint8_t signature[SIGNATURE_BYTES], public_key[PUBLIC_KEY_BYTES];
	char message[] = "amount 100.00";

	(void)state;
	assert_true(signer_create(key_path, &f));
	s = signer_load(key_path, &f);
	assert_non_null(s);
	signer_public(s, public_key);
	assert_true(signer_sign(s, TEXT("amount 100.00"), signature));
	for (size_t i = 0; i < SIGNATURE_BYTES; i++) {
		signature[i] ^= 1;
		assert_false(signature_verify(public_key, TEXT("amount 100.00"), signature));
		signature[i] ^= 1;
	}
	for (size_t i = 0; i < sizeof(message) - 1; i++) {
		message[i] ^= 1;
		assert_false(signature_verify(public_key, text_of(message), signature));
		message[i] ^= 1;
	}
	assert_false(signature_verify(public_key, TEXT("amount 100.0"), signature));
	public_key[3] ^= 4;
	assert_false(signature_verify(public_key, TEXT("amount 100.00"), signature));
	public_key[3] ^= 4;
	assert_true(signature_verify(public_key, TEXT("amount 100.00"), signature));
	signer_free(s);
}

/* RFC 8032, section 7.1, test 2, from outside: both directions agree with the rest of the world. */
static void rfc8032_vector(void **state)
{
	static const char key_file[] = "-----BEGIN PRIVATE KEY-----\n"
				       "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
				       "-----END PRIVATE KEY-----\n";
	uint8_t public_key[32], signature[64], out[64];
	struct fault f = { 0 };
	struct signer *s;

	(void)state;
	assert_int_equal(hex_decode(TEXT("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), public_key, 32), 32);
	assert_int_equal(hex_decode(TEXT("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
					 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
	                            signature, 64), 64);
	assert_true(signature_verify(public_key, TEXT("\x72"), signature));
	write_key_file(key_file, 0600);
	s = signer_load(key_path, &f);
	if (s == NULL)
		fail_msg("%s", f.text);
	assert_true(signer_sign(s, TEXT("\x72"), out));
	assert_memory_equal(out, signature, 64);
	signer_free(s);
}

static void modes_of_key_files(void **state)
{
	const struct {
		mode_t mode;
		bool good, good_of_root;
	} cases[] = {
		{ 0600, true, true }, { 0400, true, true }, { 0640, false, true }, { 0440, false, true }, { 0644, false, false },
		{ 0604, false, false }, { 0660, false, false }, { 0610, false, false }, { 0602, false, false }, { 0666, false, false },
		{ 0601, false, false },
	};
	struct fault f = { 0 };

	(void)state;
	assert_true(signer_create(key_path, &f));
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		bool good = geteuid() == 0 ? cases[i].good_of_root : cases[i].good;
		struct signer *s;

		f = (struct fault){ 0 };
		print_message("mode %o\n", (unsigned)cases[i].mode);
		assert_int_equal(chmod(key_path, cases[i].mode), 0);
		s = signer_load(key_path, &f);
		assert_int_equal(s != NULL, good);
		assert_int_equal(f.code, good ? FAULT_NONE : FAULT_CONFIG);
		signer_free(s);
	}
	if (geteuid() != 0)
		return;
	f = (struct fault){ 0 };
	assert_int_equal(chown(key_path, 65534, 65534), 0); /* somebody else's file gets no leave for its group */
	assert_int_equal(chmod(key_path, 0640), 0);
	assert_null(signer_load(key_path, &f));
	assert_int_equal(f.code, FAULT_CONFIG);
}

static void files_that_hold_no_key(void **state)
{
	static const char *const contents[] = {
		"", "no key\n", "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		/* X25519, not Ed25519 */
		("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
		"-----END PRIVATE KEY-----\n"),
		/* with a password: must not ask for it */
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAk\n-----END ENCRYPTED PRIVATE KEY-----\n",
	};
	struct fault f = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNTOF(contents); i++) {
		f = (struct fault){ 0 };
		write_key_file(contents[i], 0600);
		assert_null(signer_load(key_path, &f));
		assert_int_equal(f.code, FAULT_CONFIG);
		assert_non_null(strstr(f.text, key_path));
	}
	f = (struct fault){ 0 };
	assert_null(signer_load("/nowhere/key.pem", &f));
	assert_int_equal(f.code, FAULT_CONFIG);
	f = (struct fault){ 0 };
	assert_null(signer_load(directory, &f));
	assert_int_equal(f.code, FAULT_CONFIG);
	f = (struct fault){ 0 };
	assert_false(signer_create("/nowhere/key.pem", &f));
	assert_int_equal(f.code, FAULT_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_vectors),
		cmocka_unit_test(threads_do_not_disturb_each_other),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(comparing_and_random),
		cmocka_unit_test_teardown(made_key_signs_and_loads_again, remove_key),
		cmocka_unit_test_teardown(tampering_is_seen, remove_key),
		cmocka_unit_test_teardown(rfc8032_vector, remove_key),
		cmocka_unit_test_teardown(modes_of_key_files, remove_key),
		cmocka_unit_test_teardown(files_that_hold_no_key, remove_key),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
