/* Clients in memory: a table by token, built from the rows of a few statements and never changed. */
#include "store/client_store.h"

#include <stdlib.h>
#include <string.h>

#include "model/field.h"

#define SET_BYTES ((size_t)256 << 20)

static const char *const role_names[ROLE_COUNT] = {
	[ROLE_PUBLIC] = "public",     [ROLE_ENTERPRISE] = "enterprise", [ROLE_REGULATOR] = "regulator",
	[ROLE_OPERATOR] = "operator", [ROLE_AUTHORITY] = "authority", [ROLE_BANK] = "bank",
};

const char *role_name(enum role r)
{
	return role_names[r];
}

enum { CLIENT_ID, CLIENT_NAME, CLIENT_ROLE, CLIENT_CODES, CLIENT_AUTHORITY, CLIENT_DISABLED,
       CLIENT_SIGNATURE_REQUIRED, CLIENT_SIGNATURE_TOLERANT, CLIENT_STRICT, CLIENT_STATE, CLIENT_PROOF, CLIENT_QUALITY };
const struct db_stmt client_store_all = {
	.name = "client_store_all",
	.sql =
	"select id, name, role, array_to_string(codes, chr(10)), authority, disabled_at is not null,"
	" signature_required, signature_tolerant, strict_reading, state, proof,"
	" (select m.told from sender_month m join sender_month_place p on m.month = p.closed where m.client_id = client.id) from client order by id",
};

enum { TOKEN_CLIENT, TOKEN_ID, TOKEN_SHA256, TOKEN_EXPIRES, TOKEN_IS_CERTIFICATE };
const struct db_stmt client_store_tokens = {
	.name = "client_store_tokens",
	.sql =
	"select client_id, id, sha256, expires_at, false from client_token where revoked_at is null"
	" union all select client_id, 0, sha256, not_after, true from client_tls where revoked_at is null order by 1, 2",
};

enum { CERTIFICATE_CLIENT, CERTIFICATE_SHA256, CERTIFICATE_DER, CERTIFICATE_SERIAL, CERTIFICATE_NOT_BEFORE, CERTIFICATE_NOT_AFTER };
const struct db_stmt client_store_certificates = {
	.name = "client_store_certificates",
	.sql =
	"select client_id, sha256, der, serial, not_before, not_after from client_certificate where revoked_at is null order by client_id",
};

enum { KEY_CLIENT, KEY_ID, KEY_DER };
const struct db_stmt client_store_keys = {
	.name = "client_store_keys",
	.sql = "select client_id, key_id, public_key from client_key where revoked_at is null order by client_id, added_at",
};

const struct db_stmt client_store_barred = { /* in the order of text_order() */
	.name = "client_store_barred",
	.sql = "select code from credit_barred order by code collate \"C\"",
};

const struct db_stmt client_store_move = {
	.name = "client_store_move",
	.sql =
	"with m as (update client set state = $2::text where name = $1::text and state = $3::text returning id)"
	" insert into client_state_change (client_id, from_state, to_state, at, actor, reason)"
	" select id, $3::text, $2::text, $4::timestamptz, $5::text, $6::text from m returning client_id",
	.param_count = 6,
	.flags = DB_WRITES,
};

struct client_set {
	struct arena arena;
	struct client *clients;
	int count;
	struct owned_token { struct client_token token; const struct client *client; bool is_certificate; } *tokens; /* and certificates: known by a hash as well */
	int token_count;
	struct quota_limits limits;
	uint32_t *slots; /* index of a token + 1, by its hash; power of two, open addressing */
	uint32_t mask;
	struct text *barred; /* sorted */
	int barred_count;
};

/* Tokens' hashes are evenly spread: their first bytes are the hash. */
static uint32_t slot_of(const struct sha256 *token)
{
	uint32_t h;

	memcpy(&h, token->b, sizeof(h));
	return h;
}

static bool role_by_name(struct text name, enum role *out)
{
	for (int r = 0; r < ROLE_COUNT; r++) {
		if (text_is(name, role_names[r])) {
			*out = (enum role)r;
			return true;
		}
	}
	return false;
}

bool client_proof_by_name(struct text t, struct client_proof *out)
{
	struct text rest = t, one;

	*out = (struct client_proof){ .token = false };
	while (text_next(&rest, '+', &one)) {
		if (text_is(one, "token"))
			out->token = true;
		else if (text_is(one, "certificate"))
			out->certificate = true;
		else if (text_is(one, "signature"))
			out->signature = true;
		else
			return false;
	}
	return out->token || out->certificate;
}

bool client_codes_read(struct arena *a, struct text lines, struct client *c)
{
	struct text *codes;
	int room = 1;

	if (lines.len == 0)
		return true;
	for (size_t i = 0; i < lines.len; i++)
		room += lines.at[i] == '\n';
	codes = arena_alloc(a, sizeof(*codes) * (size_t)room);
	lines = text_dup(a, lines);
	if (codes == NULL || lines.at == NULL)
		return false;
	while (c->code_count < room) {
		const char *end = memchr(lines.at, '\n', lines.len);
		size_t len = end == NULL ? lines.len : (size_t)(end - lines.at);

		codes[c->code_count++] = (struct text){ lines.at, len };
		lines.at += len + (end != NULL);
		lines.len -= len + (end != NULL);
	}
	c->codes = codes;
	return true;
}

static bool read_client(struct client_set *s, const struct db_rows *r, int row)
{
	struct client *c = &s->clients[s->count];
	struct text authority = db_get_text(r, row, CLIENT_AUTHORITY);

	*c = (struct client){
		.id = (int)db_get_int(r, row, CLIENT_ID),
		.name = text_dup(&s->arena, db_get_text(r, row, CLIENT_NAME)),
		.disabled = db_get_int(r, row, CLIENT_DISABLED) != 0,
		.signature = { .required = SIGNATURE_ALL, .is_tolerant = db_get_int(r, row, CLIENT_SIGNATURE_TOLERANT) != 0 },
		.strictness = db_get_int(r, row, CLIENT_STRICT) != 0 ? READ_STRICT : READ_LENIENT,
		.quality = text_dup(&s->arena, db_get_text(r, row, CLIENT_QUALITY)),
	};
	if (c->name.at == NULL || !client_codes_read(&s->arena, db_get_text(r, row, CLIENT_CODES), c))
		return false;
	/* A policy of a newer program stays the strictest one. */
	(void)!signature_required_by_name(db_get_text(r, row, CLIENT_SIGNATURE_REQUIRED), &c->signature.required);
	/* A role, proof, authority or state of a newer program: nobody who may do anything here. */
	if (!role_by_name(db_get_text(r, row, CLIENT_ROLE), &c->role) || !client_proof_by_name(db_get_text(r, row, CLIENT_PROOF), &c->proof))
		return true;
	c->has_authority = authority.at != NULL && authority_by_code(authority, &c->authority);
	if (authority.at != NULL && !c->has_authority)
		return true;
	if (c->role == ROLE_ENTERPRISE && !client_state_by_name(db_get_text(r, row, CLIENT_STATE), &c->state))
		return true;
	s->count++;
	return true;
}

static void read_token(struct client_set *s, const struct db_rows *r, int row, const struct client *c)
{
	struct text sha256 = db_get_text(r, row, TOKEN_SHA256);
	struct owned_token *t = &s->tokens[s->token_count];

	if (sha256.len != sizeof(t->token.sha256.b))
		return;
	t->client = c;
	t->is_certificate = db_get_int(r, row, TOKEN_IS_CERTIFICATE) != 0;
	t->token.id = (int)db_get_int(r, row, TOKEN_ID);
	t->token.expires_us = db_is_null(r, row, TOKEN_EXPIRES) ? INT64_MAX : db_get_time(r, row, TOKEN_EXPIRES);
	memcpy(t->token.sha256.b, sha256.at, sizeof(t->token.sha256.b));
	s->token_count++;
}

/* Both lists are ordered by the client's id. */
static void read_tokens(struct client_set *s, const struct db_rows *r)
{
	int rows = db_row_count(r), row = 0;
	uint32_t size = 16;

	while (size < 2 * (uint32_t)rows)
		size *= 2;
	s->mask = size - 1;
	s->slots = arena_zalloc(&s->arena, size * sizeof(*s->slots));
	s->tokens = arena_alloc(&s->arena, sizeof(*s->tokens) * ((size_t)rows + 1));
	for (int i = 0; i < s->count && s->tokens != NULL; i++) {
		while (row < rows && db_get_int(r, row, TOKEN_CLIENT) < s->clients[i].id)
			row++; /* of one who was left out */
		for (; row < rows && db_get_int(r, row, TOKEN_CLIENT) == s->clients[i].id; row++)
			read_token(s, r, row, &s->clients[i]);
	}
}

static void index_tokens(struct client_set *s)
{
	for (int i = 0; i < s->token_count; i++) {
		uint32_t slot = slot_of(&s->tokens[i].token.sha256) & s->mask;

		while (s->slots[slot] != 0)
			slot = (slot + 1) & s->mask;
		s->slots[slot] = (uint32_t)i + 1;
	}
}

static void read_certificate(struct client_set *s, const struct db_rows *r, int row, struct bound_certificate *out)
{
	struct text sha256 = db_get_text(r, row, CERTIFICATE_SHA256);
	struct certificate_slot *slot = arena_zalloc(&s->arena, sizeof(*slot));

	if (slot == NULL)
		return;
	slot->arena = &s->arena;

	*out = (struct bound_certificate){
		.der = text_dup(&s->arena, db_get_text(r, row, CERTIFICATE_DER)),
		.serial = text_dup(&s->arena, db_get_text(r, row, CERTIFICATE_SERIAL)),
		.not_before_us = db_get_time(r, row, CERTIFICATE_NOT_BEFORE),
		.not_after_us = db_get_time(r, row, CERTIFICATE_NOT_AFTER),
		.slot = slot,
	};
	if (sha256.len == sizeof(out->sha256.b))
		memcpy(out->sha256.b, sha256.at, sizeof(out->sha256.b));
}

/* Both lists are ordered by the client's id. */
static void read_certificates(struct client_set *s, const struct db_rows *r)
{
	int rows = db_row_count(r), row = 0;
	struct bound_certificate *all = arena_alloc(&s->arena, sizeof(*all) * ((size_t)rows + 1));

	for (int i = 0; i < s->count && all != NULL; i++) {
		struct client_signature *signature = &s->clients[i].signature;

		while (row < rows && db_get_int(r, row, CERTIFICATE_CLIENT) < s->clients[i].id)
			row++; /* of one who was left out */
		signature->certificates = &all[row];
		for (; row < rows && db_get_int(r, row, CERTIFICATE_CLIENT) == s->clients[i].id; row++, signature->certificate_count++)
			read_certificate(s, r, row, &all[row]);
	}
}

static void read_keys(struct client_set *s, const struct db_rows *r)
{
	int rows = db_row_count(r), row = 0;
	struct client_key *all = arena_alloc(&s->arena, sizeof(*all) * ((size_t)rows + 1));
	struct client_key_slot *slots = arena_zalloc(&s->arena, sizeof(*slots) * ((size_t)rows + 1));

	for (int i = 0; i < s->count && all != NULL && slots != NULL; i++) {
		struct client *c = &s->clients[i];

		while (row < rows && db_get_int(r, row, KEY_CLIENT) < c->id)
			row++; /* of one who was left out */
		c->keys = &all[row];
		for (; row < rows && db_get_int(r, row, KEY_CLIENT) == c->id; row++, c->key_count++) {
			slots[row].arena = &s->arena;
			all[row] = (struct client_key){ .id = text_dup(&s->arena, db_get_text(r, row, KEY_ID)),
				                        .der = text_dup(&s->arena, db_get_text(r, row, KEY_DER)), .slot = &slots[row] };
		}
	}
}

static void read_barred(struct client_set *s, const struct db_rows *r)
{
	int rows = db_row_count(r);

	s->barred = arena_alloc(&s->arena, sizeof(*s->barred) * ((size_t)rows + 1));
	for (int row = 0; row < rows && s->barred != NULL; row++)
		s->barred[s->barred_count++] = text_dup(&s->arena, db_get_text(r, row, 0));
}

struct client_set *client_set_from_rows(const struct client_rows *rows)
{
	struct client_set *s = calloc(1, sizeof(*s));
	int count = db_row_count(rows->clients);

	if (s == NULL)
		return NULL;
	arena_init(&s->arena, SET_BYTES);
	s->clients = arena_alloc(&s->arena, sizeof(*s->clients) * ((size_t)count + 1));
	for (int row = 0; row < count && !s->arena.full; row++)
		if (!read_client(s, rows->clients, row))
			break;
	read_tokens(s, rows->tokens);
	read_certificates(s, rows->certificates);
	read_keys(s, rows->keys);
	read_barred(s, rows->barred);
	if (!quota_limits_read(&s->arena, rows->limits, &s->limits) || s->arena.full) {
		client_set_free(s);
		return NULL;
	}
	index_tokens(s);
	return s;
}

void client_set_free(struct client_set *s)
{
	if (s == NULL)
		return;
	arena_done(&s->arena);
	free(s);
}

/* NULL: unknown. Nobody passes a certificate's hash off as a token's. */
static const struct owned_token *find(const struct client_set *s, const struct sha256 *hash, bool is_certificate)
{
	for (uint32_t slot = slot_of(hash) & s->mask; s->slots[slot] != 0; slot = (slot + 1) & s->mask) {
		const struct owned_token *t = &s->tokens[s->slots[slot] - 1];

		if (t->is_certificate == is_certificate && crypto_equal(t->token.sha256.b, hash->b, sizeof(hash->b)))
			return t;
	}
	return NULL;
}

static const struct client *owner(const struct owned_token *t, int64_t now_us)
{
	return t == NULL || t->client->disabled || now_us >= t->token.expires_us ? NULL : t->client;
}

const struct client *client_set_find(const struct client_set *s, const struct sha256 *token, int64_t now_us, struct client_token *out)
{
	const struct owned_token *t = find(s, token, false);

	if (t != NULL)
		*out = t->token;
	return owner(t, now_us);
}

const struct client *client_set_find_certificate(const struct client_set *s, const struct sha256 *certificate, int64_t now_us)
{
	return owner(find(s, certificate, true), now_us);
}

const struct quota_limits *client_set_limits(const struct client_set *s)
{
	return &s->limits;
}

/* A client's tokens stand together. */
int client_set_expiring(const struct client_set *s, int64_t now_us, int64_t within_us)
{
	int count = 0;

	for (int i = 0, next; i < s->token_count; i = next) {
		const struct client *c = s->tokens[i].client;
		int64_t last_us = INT64_MIN;

		for (next = i; next < s->token_count && s->tokens[next].client == c; next++)
			if (s->tokens[next].token.expires_us > last_us)
				last_us = s->tokens[next].token.expires_us;
		count += !c->disabled && last_us > now_us && last_us != INT64_MAX && last_us - now_us <= within_us;
	}
	return count;
}

void client_report_put_messages(struct buf *b)
{
	bool first = true;

	buf_char(b, '[');
	for (int k = 0; k < DOC_FILED_COUNT; k++) {
		for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
			const struct message_def *def = message_def((enum doc_kind)k, (enum direction)d);

			if (def == NULL)
				continue;
			buf_printf(b, "%s{\"kind\":\"%s\",\"direction\":\"%s\",\"customs_message\":%d}", first ? "" : ",", doc_kind_name(def->kind),
			           direction_name(def->direction), def->number);
			first = false;
		}
	}
	buf_char(b, ']');
}

bool client_may_file_for(const struct client *c, struct text code)
{
	if (c->role != ROLE_ENTERPRISE || code.len == 0)
		return false;
	for (int i = 0; i < c->code_count; i++)
		if (text_eq(c->codes[i], code))
			return true;
	return false;
}

bool client_set_is_barred(const struct client_set *s, struct text code)
{
	int from = 0, to = s->barred_count;

	while (from < to) {
		int middle = (from + to) / 2, order = text_order(s->barred[middle], code);

		if (order == 0)
			return true;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}
