/*
 *   secrets ─► database reached ─► schema of our version ─► data keys can be opened ─► test switches only in a test database
 *
 * Each step names what is wrong in one line; the exit status tells the service manager whether trying again can help.
 */
#include "startup.h"

#include <string.h>
#include <sysexits.h>

#include "base/clock.h"
#include "customs_signer.h"
#include "io/client_trust.h"
#include "model/checkpoint.h"
#include "store/schema_store.h"

enum { ARENA_BYTES = 65536, LONG_SECRET_BYTES_MIN = 16 };

static bool check_customs_signer(const struct config *c, struct fault *f)
{
	struct customs_signer *signer;

	if (!customs_signer_open(c, &signer, f))
		return false;
	customs_signer_close(signer);
	return true;
}

/* Absent: none is configured. */
static bool read_long_secret(struct startup *s, const char *setting, const char *name, struct text *out, struct fault *f)
{
	if (!config_secret(&s->arena, setting, out, f))
		return false;
	return out->at == NULL || out->len >= LONG_SECRET_BYTES_MIN || fault_set(f, FAULT_CONFIG, "%s holds fewer than %d bytes", name, LONG_SECRET_BYTES_MIN);
}

static bool read_identity_keys(struct startup *s, const struct config *c, struct fault *f)
{
	const struct { const char *setting, *name; int version; } from[IDENTITY_KEYS_MAX] = {
		{ c->identity.key_file, "identity.key_file", c->identity.key_version },
		{ c->identity.old_key_file, "identity.old_key_file", c->identity.key_version - 1 },
	};

	for (int i = 0; i < IDENTITY_KEYS_MAX; i++) {
		struct identity_key *key = &s->identity_keys.list[s->identity_keys.count];

		if (!read_long_secret(s, from[i].setting, from[i].name, &key->secret, f))
			return false;
		key->version = (uint8_t)from[i].version;
		s->identity_keys.count += key->secret.at != NULL;
	}
	return true;
}

static bool read_secrets(struct startup *s, const struct config *c, struct fault *f)
{
	struct text unused;
	struct signer *signer;

	if (!config_secret(&s->arena, c->db.password_file, &s->password, f) || !read_identity_keys(s, c, f)
	    || !read_long_secret(s, c->privacy.payer_key_file, "privacy.payer_key_file", &s->payer_key, f))
		return false;
	/* Read once here for its reasons; each worker loads its own handle. */
	if (!config_secret(&s->arena, c->sign.key_file, &unused, f))
		return false;
	s->sign_path = config_secret_path(&s->arena, c->sign.key_file, f);
	if (s->sign_path == NULL)
		return false;
	signer = signer_load(s->sign_path, f);
	if (signer == NULL)
		return false;
	signer_free(signer);
	return check_customs_signer(c, f);
}

static bool read_kek(struct startup *s, const struct config *c, struct fault *f)
{
	struct text hex;
	bool good;

	if (!config_secret(&s->arena, c->privacy.key_file, &hex, f))
		return false;
	good = vault_read_kek(hex, s->kek);
	explicit_bzero((char *)(uintptr_t)hex.at, hex.len);
	return good || fault_set(f, FAULT_CONFIG, "privacy.key_file holds no key of %d hexadecimal digits: tongguanctl key secret makes one",
	                         2 * AEAD_KEY_BYTES);
}

/* All three settings, or none: a key of which nobody knows the certificate signs for nobody. */
static bool read_payment_key(struct startup *s, const struct config *c, struct fault *f)
{
	bool has_url = c->payment_data.upload_url[0] != '\0', has_key = c->payment_data.key_file[0] != '\0';
	bool has_certificate = c->payment_data.certificate[0] != '\0', fits;
	struct signing_key *key;
	const char *where;
	struct text unused;

	if (!has_url && !has_key && !has_certificate)
		return true;
	if (!has_url || !has_key || !has_certificate)
		return fault_set(f, FAULT_CONFIG, "payment_data: upload_url, key_file and certificate go together");
	if (strncmp(c->payment_data.upload_url, "https://", 8) != 0 && strncmp(c->payment_data.upload_url, "http://", 7) != 0)
		return fault_set(f, FAULT_CONFIG, "payment_data.upload_url begins with https:// or http://");
	where = config_secret_path(&s->arena, c->payment_data.certificate, f);
	s->payment_certificate = where == NULL ? NULL : certificate_load(&s->arena, where, f);
	if (s->payment_certificate == NULL || !config_secret(&s->arena, c->payment_data.key_file, &unused, f))
		return false;
	s->payment_key_path = config_secret_path(&s->arena, c->payment_data.key_file, f);
	key = s->payment_key_path == NULL ? NULL : signing_key_load(s->payment_key_path, f);
	if (key == NULL)
		return false;
	fits = signing_key_fits(key, s->payment_certificate);
	signing_key_free(key); /* each worker loads its own handle */
	return fits || fault_set(f, FAULT_CONFIG, "payment_data.certificate is not the certificate of payment_data.key_file");
}

bool startup_check_tls_key(const struct config *c, struct fault *f)
{
	struct text unused;
	struct arena a;
	bool good;

	arena_init(&a, ARENA_BYTES);
	good = config_secret(&a, c->tls.key_file, &unused, f);
	arena_done(&a);
	return good;
}

/* Who may hand on callers' certificates: what they hand on is judged by the same authorities. */
static bool read_proxies(struct startup *s, const struct config *c, struct fault *f)
{
	struct fault why = { 0 };

	if (!address_list_read(text_of(c->http.proxies), &s->proxies, &why))
		return fault_set(f, FAULT_CONFIG, "http.proxies: %s", why.text);
	return text_trim(text_of(c->http.proxies)).len == 0 || c->tls.client_ca[0] != '\0'
	       || fault_set(f, FAULT_CONFIG, "http.proxies needs tls.client_ca: the authorities of the certificates that are handed on");
}

static bool check_trust(const char *path, struct fault *f)
{
	struct client_trust *t = client_trust_load(path, f);

	client_trust_free(t);
	return t != NULL;
}

/* Certificate and key go together; callers' certificates need both, or a proxy that hands them on. */
static bool read_tls(struct startup *s, const struct config *c, struct fault *f)
{
	bool has_certificate = c->tls.certificate[0] != '\0', has_key = c->tls.key_file[0] != '\0', has_ca = c->tls.client_ca[0] != '\0';

	if (!read_proxies(s, c, f))
		return false;
	if (has_certificate != has_key || (has_ca && !has_certificate && text_trim(text_of(c->http.proxies)).len == 0))
		return fault_set(f, FAULT_CONFIG, "tls: certificate and key_file go together, and client_ca needs them, or http.proxies");
	s->tls.client_ca = has_ca ? config_secret_path(&s->arena, c->tls.client_ca, f) : NULL;
	if (has_ca && (s->tls.client_ca == NULL || !check_trust(s->tls.client_ca, f)))
		return false;
	if (!has_certificate)
		return true;
	if (!startup_check_tls_key(c, f))
		return false;
	s->tls.certificate = config_secret_path(&s->arena, c->tls.certificate, f);
	s->tls.key = config_secret_path(&s->arena, c->tls.key_file, f);
	return f->code == FAULT_NONE && httpd_tls_check(&s->tls, f);
}

static bool check_database(struct startup *s, const struct config *c, struct fault *f)
{
	static const struct clock real = { 0 };
	struct db_sync *db = db_sync_open(c->db.conninfo, s->password.at, f);
	bool good;

	if (db == NULL)
		return false;
	good = schema_check(db, f) && schema_purpose(db, &s->purpose, f) &&
	       key_store_prepare(db, s->kek, key_store_month(clock_now_us(&real)), &s->arena, &s->data_keys, f);
	db_sync_close(db);
	return good;
}

static bool check_switches(struct startup *s, const struct config *c, struct fault *f)
{
	if (s->purpose == PURPOSE_PRODUCTION && c->push.allow_private != 0)
		return fault_set(f, FAULT_CONFIG, "push.allow_private is set, but the database is marked as production");
	if (s->purpose != PURPOSE_PRODUCTION || (c->test.clock == 0 && c->test.kill_point[0] == '\0'))
		return true;
	return fault_set(f, FAULT_CONFIG, "test.%s is set, but the database is marked as %s", c->test.clock != 0 ? "clock" : "kill_point", purpose_name(s->purpose));
}

static bool read_schedule(struct startup *s, const struct config *c, struct fault *f)
{
	struct fault why = { 0 };

	return webhook_schedule_read(text_of(c->push.schedule_s), &s->push_schedule, &why) || fault_set(f, FAULT_CONFIG, "push.schedule_s: %s", why.text);
}

static bool check_origin(const struct config *c, struct fault *f)
{
	return checkpoint_name_is_good(text_of(c->audit.origin))
	       || fault_set(f, FAULT_CONFIG, "audit.origin is a name of at most %d characters, without blanks and plus signs", CHECKPOINT_NAME_MAX);
}

bool startup_prepare(struct startup *s, const struct config *c, struct fault *f)
{
	*s = (struct startup){ .sign_path = NULL };
	arena_init(&s->arena, ARENA_BYTES);
	return read_secrets(s, c, f) && read_kek(s, c, f) && read_payment_key(s, c, f) && read_tls(s, c, f) && read_schedule(s, c, f) && check_origin(c, f)
	       && check_database(s, c, f) && check_switches(s, c, f);
}

void startup_done(struct startup *s)
{
	if (s->password.at != NULL)
		explicit_bzero((char *)(uintptr_t)s->password.at, s->password.len);
	for (int i = 0; i < s->identity_keys.count; i++)
		explicit_bzero((char *)(uintptr_t)s->identity_keys.list[i].secret.at, s->identity_keys.list[i].secret.len);
	if (s->payer_key.at != NULL)
		explicit_bzero((char *)(uintptr_t)s->payer_key.at, s->payer_key.len);
	explicit_bzero(s->kek, sizeof(s->kek));
	if (s->data_keys.count > 0)
		explicit_bzero(s->data_keys.keys, sizeof(*s->data_keys.keys) * (size_t)s->data_keys.count);
	arena_done(&s->arena);
}

int startup_exit_status(const struct fault *f)
{
	switch (f->code) {
	case FAULT_CONFIG:
	case FAULT_SCHEMA:
		return EX_CONFIG;
	case FAULT_FORBIDDEN:
		return EX_NOPERM;
	case FAULT_STORE_DOWN:
	case FAULT_UNCERTAIN:
	case FAULT_BUSY:
		return EX_UNAVAILABLE;
	case FAULT_SYSTEM:
		return EX_OSERR;
	default:
		return EX_SOFTWARE;
	}
}
