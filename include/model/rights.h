/*
 * Who may act for whom, in memory: registered enterprises by every number they file under, authorisations, and the dated rules that say
 * what is asked of them. Read from the tables by store/right_store, never changed while in use.
 *
 *   rights_new ─► add, add … ─► rights_seal ─► rights_check for each filing
 *
 * A filing is looked at by its own fields: its filers (message_def.filers), the declarant as agent, the merchant as principal, its goods. Nothing here
 * allocates or asks a database but for the words of a refusal.
 */
#ifndef MODEL_RIGHTS_H
#define MODEL_RIGHTS_H

#include "model/document.h"
#include "model/enterprise.h"
#include "model/finding.h"

struct right_party { /* table enterprise: the newest version */
	int32_t id;
	enum enterprise_state state;
	struct text district;         /* division of its domicile, six digits */
	unsigned frozen;              /* FACT_BIT()s that an open alert names */
};

struct right_grant { /* table authorisation: one that was not revoked */
	int32_t principal, agent;     /* enterprises */
	unsigned kinds;               /* 1 << enum doc_kind */
	struct text trade_modes;      /* "9610,1210"; "*": all */
	int32_t valid_from, valid_to; /* days, inclusive; INT32_MAX: open */
};

struct authorisation_rule { /* which kinds an agent files only under an authorisation */
	int32_t id;
	unsigned kinds;
	int32_t valid_from, valid_to;
};

struct scope_rule { /* whether enterprises from outside the divisions may take part */
	int32_t id;
	bool outside_may_file;
	struct text districts;        /* beginnings of division codes: "3205,3206" */
	struct text parties;          /* names of the fields that name who is bound: "merchant_code,platform_code" */
	int32_t valid_from, valid_to;
};

struct goods_rule { /* where only registered goods may be filed */
	int32_t id;
	struct text trade_mode;       /* "*": all, and what names none */
	enum direction direction;
	unsigned kinds;
	int32_t valid_from, valid_to;
};

struct right_freeze { /* view goods_frozen: what may be in no new order and no inventory */
	int32_t enterprise;
	struct text item;
	struct text why;              /* "recall 2026-7 since 2026-03-02" */
	struct text batches;          /* these alone, a line each; absent: all there are */
};

struct rights {
	struct arena arena;
	struct right_party *parties;  /* sealed: by id */
	int party_count;
	struct right_number { struct text number; int32_t enterprise; const struct right_party *party; } *numbers; /* party: set by rights_seal() */
	int number_count;
	uint32_t *slots, mask;        /* of numbers: index + 1, power of two, open addressing */
	struct right_grant *grants;   /* sealed: by principal and agent */
	int grant_count;
	struct authorisation_rule *authorisation_rules;
	int authorisation_rule_count;
	struct scope_rule *scope_rules;
	int scope_rule_count;
	struct goods_rule *goods_rules;
	int goods_rule_count;
	struct right_freeze *freezes; /* sealed: by enterprise and item */
	int freeze_count;
};

struct rights *rights_new(size_t limit_bytes) must_check;
void rights_free(struct rights *r); /* NULL allowed */
/* Each copies; false: no memory. Before rights_seal(). */
bool rights_add_party(struct rights *r, const struct right_party *one) must_check;
bool rights_add_number(struct rights *r, struct text number, int32_t enterprise) must_check;
bool rights_add_grant(struct rights *r, const struct right_grant *one) must_check;
bool rights_add_authorisation_rule(struct rights *r, const struct authorisation_rule *one) must_check;
bool rights_add_scope_rule(struct rights *r, const struct scope_rule *one) must_check;
bool rights_add_goods_rule(struct rights *r, const struct goods_rule *one) must_check;
bool rights_add_freeze(struct rights *r, const struct right_freeze *one) must_check;
bool rights_seal(struct rights *r) must_check;

/* The enterprise with that credit or customs code; NULL: none is registered. */
const struct right_party *rights_party(const struct rights *r, struct text number);
/* May the parties of this checked filing take part, and its declarant act for its merchant, on the day? What speaks against it is added. */
void rights_check(const struct rights *r, const struct document *d, int32_t day, struct findings *out);
/* The rule by which the lines of this filing must be of registered goods on the day; NULL: none. */
const struct goods_rule *rights_goods_rule(const struct rights *r, const struct document *d, int32_t day);

/* The freeze of these goods; NULL: they are free. */
const struct right_freeze *rights_freeze(const struct rights *r, int32_t enterprise, struct text item);
/* Has a filing of that merchant's goods any that are held, and of a batch that is meant? batches: as the order names them; absent: it may be of any. */
bool rights_holds(const struct rights *r, const struct document *d, struct text batches);

/* What would have been right on the day, by which rule row and since when, in words; NULL: no memory for them. */
const char *rights_expected(struct findings *out, const char *what, int32_t rule, int32_t since, int32_t day);

/* "order,inventory" as bits; names that are unknown here are passed over. */
unsigned right_kinds_read(struct text names);

#endif
