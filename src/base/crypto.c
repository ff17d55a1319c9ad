/*
 * OpenSSL behind our own names.
 *
 * SHA-256 is on every filing's way: its algorithm is fetched once for the process (immutable afterwards) and each
 * thread keeps one context, because fetching and allocating cost more than hashing a short text. A digest that
 * cannot be computed would be a wrong digest: want of memory there stops the process.
 * Errors of OpenSSL are cleared, never left in the thread's queue for somebody else to find.
 */
#include "base/crypto.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/crypto_priv.h"

enum { KEY_ID_BYTES = 8, HMAC_BLOCK_BYTES = 64, SECRET_BYTES = 32 };

struct signer {
	EVP_PKEY *key;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	char key_id[2 * KEY_ID_BYTES + 1];
};

/* ---- digests ---- */

static pthread_once_t sha_once = PTHREAD_ONCE_INIT;
static pthread_key_t sha_contexts; /* only to free each thread's context at its end */
static EVP_MD *sha_algorithm;
static _Thread_local EVP_MD_CTX *sha_context;

static void free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

static void fetch_sha(void)
{
	sha_algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha_algorithm == NULL || pthread_key_create(&sha_contexts, free_context) != 0)
		abort();
}

static EVP_MD_CTX *started_sha(void)
{
	if (sha_context == NULL) {
		(void)pthread_once(&sha_once, fetch_sha);
		sha_context = EVP_MD_CTX_new();
		if (sha_context == NULL || pthread_setspecific(sha_contexts, sha_context) != 0)
			abort();
	}
	if (EVP_DigestInit_ex2(sha_context, sha_algorithm, NULL) != 1)
		abort();
	return sha_context;
}

struct sha256 sha256_of_parts(const struct text *parts, int count)
{
	EVP_MD_CTX *context = started_sha();
	struct sha256 digest;

	for (int i = 0; i < count; i++)
		if (parts[i].len > 0 && EVP_DigestUpdate(context, parts[i].at, parts[i].len) != 1)
			abort();
	if (EVP_DigestFinal_ex(context, digest.b, NULL) != 1)
		abort();
	return digest;
}

struct sha256 sha256_of(struct text bytes)
{
	return sha256_of_parts(&bytes, 1);
}

struct sha256 hmac_sha256(struct text key, struct text bytes)
{
	struct sha256 digest = { { 0 } };
	uint8_t block[HMAC_BLOCK_BYTES] = { 0 };
	struct text parts[2] = { { (const char *)block, sizeof(block) }, bytes };

	if (key.len > sizeof(block)) {
		digest = sha256_of(key);
		memcpy(block, digest.b, sizeof(digest.b));
	} else if (key.len > 0) {
		memcpy(block, key.at, key.len);
	}
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36;
	digest = sha256_of_parts(parts, 2);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36 ^ 0x5C;
	parts[1] = (struct text){ (const char *)digest.b, sizeof(digest.b) };
	digest = sha256_of_parts(parts, 2);
	OPENSSL_cleanse(block, sizeof(block));
	return digest;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

bool crypto_random(void *out, size_t len)
{
	uint8_t *to = out;

	while (len > 0) {
		ssize_t got = getrandom(to, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		len -= (size_t)got;
	}
	return true;
}

/* ---- key files ---- */

int crypto_no_password(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static bool is_private(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fault_set(f, FAULT_SYSTEM, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fault_set(f, FAULT_CONFIG, "%s: not a plain file", path);
	if ((st.st_mode & (st.st_uid == 0 ? 0037 : 0077)) != 0)
		return fault_set(f, FAULT_CONFIG, "%s: others may read or change this key file (mode %04o); make it 0600", path,
		                 (unsigned)st.st_mode & 07777);
	return true;
}

ssize_t crypto_read_key_file(const char *path, char out[KEY_FILE_BYTES_MAX], struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t len = -1;

	if (fd < 0) {
		(void)fault_set(f, FAULT_CONFIG, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (is_private(fd, path, f)) {
		len = read(fd, out, KEY_FILE_BYTES_MAX);
		if (len < 0)
			(void)fault_set(f, FAULT_SYSTEM, "%s: %s", path, strerror(errno));
	}
	(void)close(fd);
	return len;
}

static EVP_PKEY *key_of_pem(const char *pem, int len)
{
	BIO *bio = BIO_new_mem_buf(pem, len);
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, crypto_no_password, NULL);

	BIO_free(bio);
	if (key != NULL && !EVP_PKEY_is_a(key, "ED25519")) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	ERR_clear_error();
	return key;
}

static void name_key(struct signer *s)
{
	static const char digits[] = "0123456789abcdef";
	struct sha256 digest = sha256_of((struct text){ (const char *)s->public_key, sizeof(s->public_key) });

	for (int i = 0; i < KEY_ID_BYTES; i++) {
		s->key_id[2 * i] = digits[digest.b[i] >> 4];
		s->key_id[2 * i + 1] = digits[digest.b[i] & 15];
	}
}

struct signer *signer_load(const char *path, struct fault *f)
{
	char pem[KEY_FILE_BYTES_MAX];
	ssize_t len = crypto_read_key_file(path, pem, f);
	size_t public_len = PUBLIC_KEY_BYTES;
	EVP_PKEY *key;
	struct signer *s;

	if (len < 0)
		return NULL;
	key = key_of_pem(pem, (int)len);
	OPENSSL_cleanse(pem, sizeof(pem));
	if (key == NULL) {
		(void)fault_set(f, FAULT_CONFIG, "%s: no Ed25519 private key in PEM (PKCS#8, without password)", path);
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL || EVP_PKEY_get_raw_public_key(key, s->public_key, &public_len) != 1) {
		free(s);
		EVP_PKEY_free(key);
		(void)fault_set(f, FAULT_SYSTEM, "%s: no memory for the key", path);
		return NULL;
	}
	s->key = key;
	name_key(s);
	return s;
}

static bool write_new_file(const char *path, struct text bytes, struct fault *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_written;

	if (fd < 0)
		return fault_set(f, FAULT_CONFIG, "%s: %s", path, strerror(errno));
	errno = ENOSPC; /* a short write sets none, and that is what it means */
	is_written = write(fd, bytes.at, bytes.len) == (ssize_t)bytes.len && fsync(fd) == 0;
	if (close(fd) != 0)
		is_written = false;
	if (!is_written) {
		int error = errno;

		(void)unlink(path);
		return fault_set(f, FAULT_SYSTEM, "%s: %s", path, strerror(error));
	}
	return true;
}

bool signer_create(const char *path, struct fault *f)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_secmem());
	char *pem = NULL;
	long len = 0;
	bool is_made;

	if (key != NULL && bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1)
		len = BIO_get_mem_data(bio, &pem);
	if (len > 0)
		is_made = write_new_file(path, (struct text){ pem, (size_t)len }, f);
	else
		is_made = fault_set(f, FAULT_SYSTEM, "%s: the key could not be made", path);
	BIO_free(bio);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return is_made;
}

bool secret_create(const char *path, struct fault *f)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[SECRET_BYTES];
	char hex[2 * SECRET_BYTES + 1];
	bool is_made;

	if (!crypto_random(bytes, sizeof(bytes)))
		return fault_set(f, FAULT_SYSTEM, "the kernel gives no random numbers");
	for (int i = 0; i < SECRET_BYTES; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * SECRET_BYTES] = '\n';
	is_made = write_new_file(path, (struct text){ hex, sizeof(hex) }, f);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	OPENSSL_cleanse(hex, sizeof(hex));
	return is_made;
}

void signer_free(struct signer *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->key);
	free(s);
}

/* ---- signatures ---- */

bool signer_sign(struct signer *s, struct text bytes, uint8_t out[SIGNATURE_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = SIGNATURE_BYTES;
	bool is_signed;

	is_signed = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, s->key) == 1 &&
	            EVP_DigestSign(context, out, &len, (const unsigned char *)bytes.at, bytes.len) == 1 &&
	            len == SIGNATURE_BYTES;
	EVP_MD_CTX_free(context);
	if (!is_signed)
		ERR_clear_error();
	return is_signed;
}

void signer_public(const struct signer *s, uint8_t out[PUBLIC_KEY_BYTES])
{
	memcpy(out, s->public_key, PUBLIC_KEY_BYTES);
}

const char *signer_key_id(const struct signer *s)
{
	return s->key_id;
}

bool signature_verify(const uint8_t public_key[PUBLIC_KEY_BYTES], struct text bytes,
                      const uint8_t signature[SIGNATURE_BYTES])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, public_key, PUBLIC_KEY_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good;

	is_good = key != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
	          EVP_DigestVerify(context, signature, SIGNATURE_BYTES, (const unsigned char *)bytes.at, bytes.len) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	if (!is_good)
		ERR_clear_error();
	return is_good;
}
