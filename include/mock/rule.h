/*
 * What an authority says about which messages: rows, the first that fits counts.
 *
 *   {"rules": [{"name": "over the limit",
 *               "when": {"message": 621, "totalPrice": {"above": "5000"}, "orderNo": "TG-*"},
 *               "per_mille": 1000,
 *               "steps": [{"status": "2", "info": "…"}, {"after_ms": 50, "status": "100", "info": "[Code:1313;Desc:…]"}]}]}
 *
 * A name under "when" is that of an element or member of the message; "message" is the number of a customs message, one or
 * several. A value is a text, in which '*' stands for any characters, or {"above"|"below": decimal}, or {"in": [texts]}; an
 * absent element fits nothing. per_mille: so many of those that fit, chosen by seed and message id. A step's after_ms counts
 * from the step before; a first step without it stands in the reply.
 *
 * "say": "receipt" (also when absent), "tax_bill" (816) or "tax_bill_status" (818). A tax bill takes "vat_bp" and "ct_bp",
 * basis points of all goods, or "rates": [{"hs": "3304", "vat_bp": 1300, "ct_bp": 1500}], the longest beginning counts, and
 * "share_percent" of the legal amount (mock/tax.h). Status is what the authority says, "code" its own word beside it (the
 * post's AC, RFI, RFS, DNL).
 */
#ifndef MOCK_RULE_H
#define MOCK_RULE_H

#include "base/arena.h"
#include "base/decimal.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/json.h"
#include "base/text.h"
#include "mock/tax.h"

enum saying_kind { SAY_RECEIPT, SAY_TAX_BILL, SAY_TAX_BILL_STATUS, SAY_COUNT };
const char *saying_kind_name(enum saying_kind k);
bool saying_kind_by_name(struct text t, enum saying_kind *out) must_check;

enum { RULES_MAX = 200, RULE_STEPS_MAX = 20, RULE_CONDITIONS_MAX = 20, RULE_DELAY_MS_MAX = 3600000 };

struct rule_step {
	enum saying_kind kind;
	int after_ms;
	struct text status, code, info;
	struct tax_rates rates;
};

struct rule_condition {
	struct text name;
	enum { CONDITION_LIKE, CONDITION_ABOVE, CONDITION_BELOW, CONDITION_IN, CONDITION_MESSAGE } kind;
	const struct text *texts; /* LIKE: one; IN: several */
	const int64_t *numbers;   /* MESSAGE */
	int count;
	struct decimal bound;
};

struct answer_rule {
	struct text name;
	struct rule_condition *conditions;
	int condition_count, per_mille, step_count;
	struct rule_step *steps;
};

struct answer_rules { /* zero: none */
	struct arena arena;
	struct text source; /* the JSON they were read from; absent: there are none */
	struct answer_rule *list;
	int count;
};

/* Takes the place of those there were; on false they stay. */
bool rules_set(struct answer_rules *r, struct text json, struct fault *f) must_check;
void rules_put(struct buf *b, const struct answer_rules *r);
/* NULL: none fits. */
const struct answer_rule *rules_choose(const struct answer_rules *r, struct text body, int64_t seed, const struct id *message);
void rules_forget(struct answer_rules *r);

#endif
