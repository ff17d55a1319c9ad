/*
 * The risk rules: each a small pure function over what is known of one declaration and over counts of what came before it
 * (RULES 8.2; E16, E97, E120). What a rule asks for and how many points it gives are dated rows; the functions know no number.
 *
 *   struct risk_facts (the trade, and counted windows) ──rows of the day──► struct risk_hit per rule that hit ──► points, block
 *
 * Rules whose facts show later, or belong to no trade, are in the same catalogue and judged by model/risk_alarm.h.
 *
 * A row in shadow is judged and told like any other, but adds nothing (E17). What is not known never hits: a rule whose facts are
 * missing answers no. Amounts in fen, weights in grams, times in microseconds, shares in thousandths.
 */
#ifndef MODEL_RISK_H
#define MODEL_RISK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define RISK_NODES(X) \
	X(REGISTRATION, "registration") X(GOODS, "goods") X(ORDER, "order") X(PAYMENT, "payment") X(LOGISTICS, "logistics") \
	X(DECLARATION, "declaration") X(IDENTITY, "identity") X(EXIT, "exit") X(RETURN, "return") X(SETTLEMENT, "settlement") \
	X(ANY, "any")
enum risk_node {
#define X(id, name) RISK_NODE_##id,
	RISK_NODES(X)
#undef X
	RISK_NODE_COUNT
};

#define RISK_CLASSES(X) X(TRADE, "trade") X(ECONOMIC, "economic") X(TECHNICAL, "technical")
enum risk_class {
#define X(id, name) RISK_CLASS_##id,
	RISK_CLASSES(X)
#undef X
	RISK_CLASS_COUNT
};
const char *risk_node_name(enum risk_node n);
const char *risk_class_name(enum risk_class c);

struct risk_facts {
	/* the trade itself; has_…: it is known */
	bool has_times, has_prices, has_weights, has_identity, has_quota;
	int64_t ordered_us, paid_us;
	int64_t total_fen;
	int price_deviation;        /* of the line that differs most from its median, thousandths, signed */
	int64_t price_released;     /* trades that that median rests on */
	bool has_zero_price;
	bool is_new_sku, is_sensitive, has_open_complaint, hs_differs_from_filed;
	int64_t gross_g, expected_g;
	bool payer_differs, identity_attested, identity_malformed, identity_refused;
	bool paid_differs;
	bool waybill_reused;
	bool payment_data_bad;
	bool is_simplified, has_licence; /* the inventory claims the simplified declaration; it names a licence */
	int64_t declared_fen;       /* of its lines in yuan */
	int quota_used;             /* by the buyer this year, with this one: thousandths of the quota */
	/* counted over what came before, this trade included */
	int orders_of_buyer;        /* within R-ORD-01's window */
	int buyers_at_address, buyers_of_phone, buyers_of_account, accounts_of_identity;
	int buyers_near_quota_at_address;
	int splits;                 /* orders of this buyer with goods of the same heading within the window, each within the limit */
	int64_t split_fen;          /* their sum */
	int64_t paid_of_buyer_fen;  /* of the trades within R-FX-05's window */
	int units_of_sku;           /* the buyer's most of one */
	int equal_orders_of_shop;   /* within R-ORD-08's window */
};

enum { RISK_PARAMETERS = 3 };
enum risk_mode { RISK_OFF, RISK_SHADOW, RISK_ACTIVE };

struct risk_row { /* table risk_rule */
	int id;                     /* of the row: what a decision stores */
	int rule;                   /* index into the catalogue: risk_rule_by_name() */
	enum risk_mode mode;
	bool blocks;
	int points;
	int64_t parameters[RISK_PARAMETERS]; /* what they mean stands beside each rule */
};

struct risk_hit {
	const struct risk_row *row;
	int64_t counted;            /* what was held against the parameters: the decision stores it */
};

struct risk_judgement {
	int points;                 /* of active rows */
	bool has_block;
	struct risk_hit *hits;      /* the caller's; of active and shadow rows, in the rows' order */
	int hit_count;
};

int risk_rule_count(void);
const char *risk_rule_name(int rule);           /* "R-ORD-01" */
enum risk_node risk_rule_node(int rule);
enum risk_class risk_rule_class(int rule);
int risk_rule_by_name(struct text name);        /* -1: there is none */
bool risk_rule_shows_later(int rule);           /* no trade is judged by it */

/* Adds what a row counted, unless a stricter one of the same rule and mode is there; a weaker one gives way. */
void risk_judgement_take(struct risk_judgement *j, const struct risk_row *row, int64_t counted);
/* hits: room for `count`. */
void risk_judge(const struct risk_row *rows, int count, const struct risk_facts *facts, struct risk_hit *hits, struct risk_judgement *out);

#endif
