/*
 * What departments are asked about a declaration before it goes out, and what follows from their answers.
 *
 *   matched, to be declared ─► which keys (judge_want_lookups) ─► known? (assess_lookups.c) ─► declared, PENDING or BLOCKED
 *
 * An answer that stands against it blocks; one that is lacking holds it, or lets it pass where the row says so. What was declared is not
 * looked at again.
 */
#include "flow/judge_priv.h"

static void add(struct judged *j, const struct lookup_rule *rule, struct text key)
{
	if (!lookup_key_is_good(rule->question, key)) /* checked when it was filed; an optional one may be blank */
		return;
	for (int i = 0; i < j->lookup_count; i++)
		if (j->lookups[i].rule == rule && text_eq(j->lookups[i].key, key))
			return;
	j->lookups[j->lookup_count++] = (struct judged_lookup){ .rule = rule, .key = key };
}

static bool has_class(const struct goods_found *found, struct text goods_class)
{
	for (int n = 0; n < GOODS_CLASSES_MAX; n++)
		if ((found->classes >> n & 1) != 0 && text_eq(found->why[n].row->goods_class, goods_class))
			return true;
	return false;
}

static bool is_on(const struct lookup_rule *r, unsigned asked, int32_t day)
{
	return (asked & AUTHORITY_BIT(r->authority)) != 0 && day >= r->valid_from && day <= r->valid_to;
}

static void add_keys(struct judged *j, const struct lookup_rule *r)
{
	const struct document *inventory = j->verdict.current[DOC_INVENTORY]->doc;
	struct text licence;

	if (r->question == LOOKUP_NEGATIVE_LIST) {
		for (int line = 0; line < inventory->line_count; line++)
			add(j, r, document_line_get(inventory, line, F_HS_CODE));
		return;
	}
	licence = document_get(inventory, F_LICENSE_NO);
	licence = licence.at == NULL ? licence : text_trim(licence);
	if ((r->goods_class.at == NULL || has_class(&j->goods, r->goods_class)))
		add(j, r, licence);
}

static bool want_checks(struct arena *a, struct judged *j, const struct codebook *book, unsigned asked)
{
	int32_t day = clock_day(j->trade.opened_us);
	int rules = 0;

	for (int i = 0; i < book->lookup_count; i++)
		rules += book->lookups[i].use == LOOKUP_CHECK && is_on(&book->lookups[i], asked, day);
	if (rules == 0)
		return true;
	j->lookups = arena_alloc(a, sizeof(*j->lookups) * (size_t)rules * (size_t)(j->verdict.current[DOC_INVENTORY]->doc->line_count + 1));
	if (j->lookups == NULL)
		return false;
	judge_find_goods(j, book);
	for (int i = 0; i < book->lookup_count; i++)
		if (book->lookups[i].use == LOOKUP_CHECK && is_on(&book->lookups[i], asked, day))
			add_keys(j, &book->lookups[i]);
	return true;
}

bool judge_want_lookups(struct arena *a, struct judged *j, const struct codebook *book, unsigned asked)
{
	int32_t day = clock_day(j->trade.opened_us);
	struct sha256 basis;

	j->lookups = NULL;
	j->lookup_count = 0;
	j->attested_by = NULL;
	if (!j->matched_now)
		return true;
	for (int i = 0; j->verdict.wants_identity && j->identity_hash.at != NULL && i < book->lookup_count; i++)
		if (book->lookups[i].use == LOOKUP_ATTEST && is_on(&book->lookups[i], asked, day))
			j->attested_by = &book->lookups[i];
	return j->kind != VERDICT_MATCHED || judge_is_declared(j, &basis) || want_checks(a, j, book, asked);
}

bool judge_lookup_known(struct judged *j, int lookup, const struct lookup_known *known, int64_t now_us)
{
	struct judged_lookup *k = &j->lookups[lookup];

	k->standing = lookup_weigh(known, clock_day(j->trade.opened_us), now_us);
	if (k->standing == LOOKUP_GOOD || k->standing == LOOKUP_HIT)
		k->answer = known->id;
	return k->standing != LOOKUP_UNKNOWN;
}

/* Where the key stands: a line of the inventory, or its head (-1). */
static void tell_at(struct judged *j, enum rule rule, enum field field, int line, bool corrects)
{
	verdict_add(&j->verdict, &(struct difference){
		.rule = rule,
		.left_kind = DOC_INVENTORY, .left_field = field, .left = j->verdict.current[DOC_INVENTORY],
		.right_kind = DOC_INVENTORY, .right_field = FIELD_NONE,
		.line = line,
		.corrects = corrects ? DOC_INVENTORY : DOC_KIND_COUNT,
	});
}

static void tell(struct judged *j, const struct judged_lookup *k, enum rule rule, bool corrects)
{
	const struct document *inventory = j->verdict.current[DOC_INVENTORY]->doc;

	if (k->rule->question != LOOKUP_NEGATIVE_LIST) {
		tell_at(j, rule, F_LICENSE_NO, -1, corrects);
		return;
	}
	for (int line = 0; line < inventory->line_count; line++)
		if (text_eq(document_line_get(inventory, line, F_HS_CODE), k->key))
			tell_at(j, rule, F_HS_CODE, line, corrects);
}

bool judge_passes(struct judged *j)
{
	for (int i = 0; i < j->lookup_count; i++) {
		const struct judged_lookup *k = &j->lookups[i];
		bool waits = k->standing == LOOKUP_UNKNOWN || (k->standing == LOOKUP_AWAY && k->rule->holds);

		if (k->standing == LOOKUP_HIT) {
			tell(j, k, k->rule->question == LOOKUP_NEGATIVE_LIST ? RULE_DEPARTMENT_LIST : RULE_DEPARTMENT_PERMIT, true);
			j->kind = VERDICT_BLOCKED;
		} else if (waits) {
			tell(j, k, RULE_DEPARTMENT_ASKED, false);
			j->kind = j->kind == VERDICT_BLOCKED ? VERDICT_BLOCKED : VERDICT_PENDING;
		} else if (k->standing == LOOKUP_AWAY) {
			tell(j, k, RULE_DEPARTMENT_AWAY, false);
		}
	}
	return j->kind == VERDICT_MATCHED;
}

int judge_asked(const struct judged *j, struct lookup_asked *out, struct arena *a)
{
	struct buf hex;
	int count = 0;

	if (j->attested_by != NULL) {
		buf_init(&hex, a, 80);
		buf_hex(&hex, j->identity_hash.at, j->identity_hash.len);
		out[count++] = (struct lookup_asked){ j->attested_by, buf_as_text(&hex), j->id };
	}
	for (int i = 0; j->kind == VERDICT_PENDING && i < j->lookup_count; i++)
		if (j->lookups[i].standing == LOOKUP_UNKNOWN || j->lookups[i].standing == LOOKUP_AWAY)
			out[count++] = (struct lookup_asked){ j->lookups[i].rule, j->lookups[i].key, j->id };
	return count;
}
