/* sign and verify-signature: what the daemon does with signed customs messages, on files. No database is asked. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/table.h"
#include "standard/xmldsig.h"

enum { MESSAGE_BYTES_MAX = 8 << 20, VERIFY_ARENA_BYTES = 8 * MESSAGE_BYTES_MAX };

/* --- sign ---------------------------------------------------------------------------------------------------------- */

static bool choose_algorithm(const struct ctl *c, const struct signing_key *key, enum sign_algorithm *out, struct fault *f)
{
	*out = signing_key_kind(key) == KEY_SM2 ? SIGN_SM2_SM3 : SIGN_RSA_SHA256;
	return c->algorithm == NULL || sign_algorithm_by_name(text_of(c->algorithm), out) ||
	       fault_set(f, FAULT_BAD_REQUEST, "--algorithm is rsa-sha256, rsa-sha1 or sm2-sm3");
}

static bool sign(struct ctl *c, struct signing_key *key, struct text message, struct text *out, struct fault *f)
{
	const struct certificate *certificate = certificate_load(&c->arena, c->certificate, f);
	enum sign_algorithm algorithm;
	struct xmldsig_signer s;

	return certificate != NULL && choose_algorithm(c, key, &algorithm, f) && xmldsig_signer_init(&s, &c->arena, key, certificate, algorithm, f) &&
	       xmldsig_sign(&c->arena, message, &s, out, f);
}

bool message_sign(struct ctl *c, struct fault *f)
{
	struct signing_key *key;
	struct text message, out;
	bool good;

	if (c->key == NULL || c->certificate == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "sign needs --key FILE and --certificate FILE");
	key = signing_key_load(c->key, f);
	if (key == NULL)
		return false;
	good = ctl_read_file(&c->arena, c->arguments[0], MESSAGE_BYTES_MAX, &message, f) && sign(c, key, message, &out, f);
	signing_key_free(key);
	if (!good)
		return false;
	(void)fwrite(out.at, 1, out.len, stdout);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

/* --- verify-signature ---------------------------------------------------------------------------------------------- */

static const char *const columns[] = { "file", "result", "tolerated", "algorithm", "serial", "subject", "detail", "detail_zh" };
enum { COLUMNS = COUNTOF(columns), COLUMNS_PLAIN = COLUMNS - 1 }; /* people read one language */

static void put_row(struct table *t, const char *file, const struct xmldsig_result *v, const struct fault *unjudged)
{
	bool is_judged = unjudged->code == FAULT_NONE, is_good = is_judged && v->rule == RULE_COUNT;
	const char *detail = is_good ? NULL : !is_judged ? unjudged->text : v->why != NULL ? v->why : rule_detail(v->rule, false);

	table_text(t, text_of(file));
	table_text(t, text_of(is_good ? "ok" : is_judged ? rule_slug(v->rule) : fault_slug(unjudged->code)));
	table_text(t, text_of(is_good && v->tolerated != 0 ? xmldsig_tolerated_text(v->tolerated) : NULL));
	table_text(t, text_of(is_judged && v->algorithm < SIGN_ALGORITHM_COUNT ? sign_algorithm_name(v->algorithm) : NULL));
	table_text(t, is_judged ? v->serial : (struct text){ NULL, 0 });
	table_text(t, is_judged ? v->subject : (struct text){ NULL, 0 });
	table_text(t, text_of(detail));
	if (t->column_count == COLUMNS)
		table_text(t, text_of(is_good ? NULL : is_judged ? rule_detail(v->rule, true) : fault_title(unjudged->code, true)));
}

/* Is this file's signature good? What is wrong stands in its row. */
static bool verify_one(const char *file, const struct xmldsig_trust *trust, struct table *t)
{
	struct xmldsig_result v = { .rule = RULE_COUNT };
	struct fault why = { 0 };
	struct text message;
	struct arena a;

	arena_init(&a, VERIFY_ARENA_BYTES);
	if (ctl_read_file(&a, file, MESSAGE_BYTES_MAX, &message, &why))
		(void)!xmldsig_verify(&a, message, trust, &v, &why);
	put_row(t, file, &v, &why);
	arena_done(&a);
	return why.code == FAULT_NONE && v.rule == RULE_COUNT;
}

bool message_verify(struct ctl *c, struct fault *f)
{
	struct xmldsig_trust trust = { .any_certificate = c->certificate == NULL, .is_tolerant = !c->strict, .now_us = clock_now_us(&c->clock) };
	struct bound_certificate bound;
	struct table t;
	int bad = 0;

	if (c->certificate != NULL) {
		const struct certificate *x = certificate_load(&c->arena, c->certificate, f);

		if (x == NULL)
			return false;
		bound = (struct bound_certificate){ x->sha256, x->der, x->serial, x->not_before_us, x->not_after_us };
		trust.certificates = &bound;
		trust.certificate_count = 1;
	}
	table_begin(&t, &c->arena, columns, c->as_json ? COLUMNS : COLUMNS_PLAIN);
	for (int i = 0; i < c->argument_count; i++)
		bad += !verify_one(c->arguments[i], &trust, &t);
	if (!table_end(&t, c->as_json))
		return fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
	return bad == 0 || fault_set(f, FAULT_RULE_BROKEN, "%d of %d signatures are not good", bad, c->argument_count);
}
