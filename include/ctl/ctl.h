/*
 * tongguanctl: noun, verb, options. Each command is a function that says by its result how the program ends.
 *
 * Commands that need the database ask for it with ctl_db(); it is opened once, by the daemon's settings or by --db.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/aead.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/vault.h"
#include "config.h"
#include "io/db.h"
#include "store/client_token.h"

#define CTL_CONFIG_PATH "/etc/tongguand/tongguand.conf" /* where no other is named */

enum { CODES_MAX = 256 };

struct ctl {
	/* options */
	const char *config_path, *conninfo;
	bool as_json, status, end, strict, verbose, strict_signature;
	const char *purpose, *name, *role, *authority, *url, *public_key, *required, *key, *certificate, *algorithm, *reason, *drop_certificate;
	const char *dialect, *credential, *credential_file, *query_url;
	const char *expires_days, *max_in_flight, *timeout_ms, *attempts_max, *first_wait_ms, *longest_wait_ms, *breaker_failures, *breaker_ms, *bundle_max, *max_per_s, *burst;
	const char *name_zh, *name_en, *iso, *from, *to, *source, *on;
	const char *keys, *checkpoint, *client;
	const char *label, *quota, *window_s;
	const char *until, *window, *state, *limit, *per_s;
	struct text codes[CODES_MAX];
	int code_count;
	/* what follows noun and verb */
	char **arguments;
	int argument_count;
	/* made on demand */
	struct arena arena;
	struct config config;
	bool has_config;
	struct db_sync *db;
	struct clock clock;
};

typedef bool ctl_fn(struct ctl *c, struct fault *f);

/* NULL: *f says why. */
struct db_sync *ctl_db(struct ctl *c, struct fault *f) must_check;
/* Runs one statement. NULL: *f says why; the rows live until the next one. */
const struct db_rows *ctl_run(struct ctl *c, const char *sql, const struct db_param *params, int count, struct fault *f) must_check;
/* Daemons read clients, codes and authorities anew; after the change itself. */
bool ctl_rules_moved(struct ctl *c, struct fault *f) must_check;
/* The bytes of a file, "-" for standard input, of less than `limit`. */
bool ctl_read_file(struct arena *a, const char *path, size_t limit, struct text *out, struct fault *f) must_check;
/* A key-encryption key, from a file or credential:NAME; whoever asked wipes it. */
bool ctl_read_kek(struct ctl *c, const char *path, uint8_t out[AEAD_KEY_BYTES], struct fault *f) must_check;
/* An option that is a whole number of at least 1, as a parameter; NULL: SQL null. */
bool ctl_number(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f) must_check;

/* An option that is a day or a time, as a parameter; NULL: *out is left. */
bool ctl_time(struct ctl *c, const char *option, const char *value, struct db_param *out, struct fault *f) must_check;

/* client_token.c: the one time that it is seen. */
bool client_token_print(const struct fresh_token *t, struct fault *f) must_check;
/* The client that a command names (NULL: none); who is at the keyboard, for the record. */
const char *ctl_client_name(const struct ctl *c);
struct text ctl_actor(struct ctl *c);
/* The business day that tools without a clock of their own judge by: --on, or today. */
bool ctl_day(struct ctl *c, int32_t *day, struct fault *f) must_check;
/* http or https, as a daemon will call it. NULL and "" are good. */
bool ctl_check_url(const char *url, struct fault *f) must_check;

/* The commands; a wrong use is FAULT_BAD_REQUEST (64). */
ctl_fn migrate_run;
ctl_fn client_add, client_list, client_disable, client_reading;
ctl_fn client_token, client_tokens, client_token_end; /* client_token.c */
ctl_fn client_key_put, client_keys, client_key_end, client_proof_set; /* client_key.c */
ctl_fn limit_add, limit_list, limit_close;
ctl_fn client_tls_put, client_tls_list, client_tls_end; /* client_tls.c */
ctl_fn client_promote, client_history, client_report; /* onboard.c */
ctl_fn client_certificate, client_certificates, client_certificate_revoke, client_signature_set;
ctl_fn authority_set, authority_list, authority_maintenance;
ctl_fn deliveries_show, deliveries_again;
ctl_fn code_list_show, code_add, code_close;
ctl_fn platform_set, platform_list;
ctl_fn status_show;
ctl_fn retention_list, retention_run;
ctl_fn key_new, key_public, key_retire, key_secret, key_rewrap;
ctl_fn file_verify, log_fsck;
ctl_fn witness_add, witness_list, witness_disable;
ctl_fn message_sign, message_verify;
ctl_fn problems_list;
ctl_fn files_check, file_convert;

#endif
