/*
 * Dated code lists and regimes in memory: rows of tables `code` and `regime`, read by
 * store/rule_store at start and on reload; immutable while in use (a reload makes a new one).
 */
#ifndef MODEL_CODEBOOK_H
#define MODEL_CODEBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "model/authority.h"
#include "model/field.h"
#include "model/form.h"
#include "model/goods.h"
#include "model/lookup.h"

struct code_row { /* borrowed from the codebook's arena */
	enum code_list list;
	int32_t valid_from, valid_to; /* days since 1970, inclusive; INT32_MAX: open */
	struct text code, name_zh, name_en;
	struct text iso;              /* codes of ISO 4217 or 3166, the three-letter one first, parted by blanks; absent: none */
	struct text source;
};

/* match: filed and compared before anything is declared; clear: gets the declaration and must clear it; follow: afterwards, of an
 * authority: it is told of the release and has no part in it. */
enum step_phase { PHASE_MATCH, PHASE_CLEAR, PHASE_FOLLOW };
const char *step_phase_name(enum step_phase p);

enum { STEP_NUMBER_MAX = 31 };
#define STEP_BIT(number) (UINT32_C(1) << (number))

struct regime_step { /* table regime_step: one thing to be done, and by whom */
	int32_t regime_id;
	int number;                   /* 1 to STEP_NUMBER_MAX; several rows may have it at different times */
	enum step_phase phase;
	struct text kind;             /* of filing, by name: it may be one that this program does not know; absent: an authority's step */
	enum authority authority;     /* when kind is absent */
	struct text responsible;      /* roles parted by commas: "platform,merchant" */
	uint32_t needs;               /* STEP_BIT()s of those that come before it */
	bool required;                /* else: only if there is a reason for it */
	struct text goods;            /* the class of goods that asks for it; absent: every declaration does */
	int goods_number;             /* of that class; set by codebook_seal(), -1: none */
	int32_t valid_from, valid_to;
	struct text source;
};

#define FLOW(kind) (1u << (kind)) /* of enum doc_kind */
#define FLOWS_MATCHED (FLOW(DOC_ORDER) | FLOW(DOC_PAYMENT) | FLOW(DOC_WAYBILL) | FLOW(DOC_INVENTORY)) /* what a match can ask for */

struct regime { /* table regime: which flows and authorities a declaration needs, by trade mode and direction */
	int32_t id;                   /* the row's id, kept in every decision that used it */
	struct text trade_mode;       /* "9610" */
	enum direction direction;
	unsigned flows;               /* FLOW() bits that must be there */
	unsigned authorities;         /* AUTHORITY_BIT()s that get every declaration and must clear it; both from the steps, if it has any */
	bool asks_goods;              /* some steps are there for some goods only: regime_authorities() */
	int wait_hours;               /* window for missing flows */
	bool bonded;                  /* books and zone fields are mandatory */
	int32_t valid_from, valid_to; /* by the business date (day the declaration was opened) */
	struct text source;
	const struct regime_step *steps; /* by number and time, of every day; set by codebook_seal() */
	int step_count;
};

struct recognition { /* table recognition: whose outcome another authority takes for its own (三互: mutual recognition) */
	int32_t id;
	enum authority giver, taker;
	bool of_inspection;           /* an inspection that both had selected and that the giver found good; else the giver's clearance */
	bool clears;                  /* it stands for the taker's clearance; else for its inspection only: its own clearance is still to come */
	int32_t valid_from, valid_to; /* by the day the declaration was opened */
	struct text source;
};

struct codebook {
	struct arena arena;
	struct code_row *codes; /* sealed: by list, code (bytes) and valid_from; hashed by list and code */
	int code_count;
	int list_from[CODE_LIST_COUNT + 1]; /* where a list begins in codes, the next one's beginning is its end */
	uint32_t *slots;        /* open addressing, power of two */
	uint32_t slot_mask;
	uint32_t *iso_slots;    /* the same by list and each ISO code of a row */
	uint32_t iso_mask;
	struct regime *regimes;
	int regime_count;
	struct regime_step *steps;
	int step_count;
	unsigned informed;         /* AUTHORITY_BIT()s that any regime tells of a release, on any day; set by codebook_seal() */
	struct recognition *recognitions;
	int recognition_count;
	struct lookup_rule *lookups;
	int lookup_count;
	struct goods_row *goods;   /* sealed: by beginning of the code and time */
	int goods_count, goods_class_count;
	struct form_row *fields;   /* sealed: by authority, dialect, place and time */
	int field_count;
	struct authority_form *forms;        /* sealed: compiled from fields, by authority */
	int form_count;
	int form_from[AUTHORITY_COUNT + 1];
	enum authority_dialect dialects[AUTHORITY_COUNT]; /* which of its dialects each speaks */
	int64_t revision;       /* of the tables it was read from */
};

struct codebook *codebook_new(size_t limit_bytes) must_check;
void codebook_free(struct codebook *c);
bool codebook_add_code(struct codebook *c, const struct code_row *row) must_check;   /* copies; before codebook_seal() */
bool codebook_add_regime(struct codebook *c, const struct regime *row) must_check;
bool codebook_add_step(struct codebook *c, const struct regime_step *row) must_check;
bool codebook_add_recognition(struct codebook *c, const struct recognition *row) must_check;
bool codebook_add_lookup(struct codebook *c, const struct lookup_rule *row) must_check; /* one that lookup_rule_fault() lets pass */
bool codebook_add_goods(struct codebook *c, const struct goods_row *row) must_check;
bool codebook_add_form_row(struct codebook *c, const struct form_row *row) must_check; /* one that form_row_read() has read */
bool codebook_seal(struct codebook *c) must_check;                                   /* sorts, and builds the index */
/* The row valid on the day; NULL: none. */
const struct code_row *codebook_find(const struct codebook *c, enum code_list l, struct text code, int32_t day);
/* The codes that stand for an ISO code (capitals) on the day: how many different ones there are; the first `most` of them in *found. */
int codebook_find_iso(const struct codebook *c, enum code_list l, struct text iso, int32_t day, const struct code_row **found, int most);
/* All rows of a list, in order of code and time, of every day. */
const struct code_row *codebook_list(const struct codebook *c, enum code_list l, int *count);
const struct regime *codebook_regime(const struct codebook *c, struct text trade_mode, enum direction d, int32_t day);
/* What is needed while no inventory says the trade mode: all flows, the longest wait; never NULL in a sealed codebook
 * that has a row with trade_mode "*" for the direction. */
const struct regime *codebook_default_regime(const struct codebook *c, enum direction d, int32_t day);

/* The authorities that get a declaration of these goods and must clear it. */
unsigned regime_authorities(const struct regime *r, const struct goods_found *goods);
/* The authorities that are told of a release, by the steps in force on the day. */
unsigned regime_informed(const struct regime *r, int32_t day);
/* Adds the classes that goods of a commodity code are in on the day. */
void codebook_find_goods(const struct codebook *c, struct text hs, int32_t day, struct goods_found *found);

/* What an authority is sent about a trade on the day, in the dialect that it speaks; NULL: it may see nothing of it. */
const struct authority_form *codebook_form(const struct codebook *c, enum authority a, enum direction d, struct text trade_mode, int32_t day);
/* Its forms in all dialects, directions, trade modes and times. */
const struct authority_form *codebook_forms(const struct codebook *c, enum authority a, int *count);
bool codebook_has_dialect(const struct codebook *c, enum authority a, enum authority_dialect d); /* on any day */
/* Can every form of a sealed codebook be written? False: *f names the row that cannot. */
bool codebook_check_forms(const struct codebook *c, struct fault *f) must_check;

/* Can every regime of a sealed codebook be obeyed? False: *f names the row that asks for more than this program can do, or whose steps
 * do not fit together. */
bool codebook_check_regimes(const struct codebook *c, struct fault *f) must_check;
/* A step's columns as texts: phase, kind or authority (the other absent), needs ("1,2"). False: *out cannot be obeyed. */
bool regime_step_read(struct regime_step *out, struct text phase, struct text kind, struct text authority, struct text needs) must_check;

#endif
