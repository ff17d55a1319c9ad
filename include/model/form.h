/*
 * What an authority is sent: rows of table authority_field (sql/data/authority_fields.tsv), and the forms compiled from them.
 *
 * A row allows one member of one authority's message, says where its value comes from, why that authority may see it, and since
 * when. A form is all rows in force at a time for one authority, dialect, direction and trade mode, in order, with every name
 * looked up: who writes a message walks it and looks for nothing (standard/outgoing.c). Both live in a codebook.
 */
#ifndef MODEL_FORM_H
#define MODEL_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/authority.h"
#include "model/field.h"

/* ceb: CEB XML of customs; upu: item data of the postal union; forex: the record of the forex administration; tax: tax, refund and
 * exemption records; json: the others. All but ceb are JSON and differ by their rows and by what is answered. */
#define AUTHORITY_DIALECTS(X) X(CEB, "ceb") X(UPU, "upu") X(FOREX, "forex") X(TAX, "tax") X(JSON, "json")
enum authority_dialect {
#define X(id, name) SPEAK_##id,
	AUTHORITY_DIALECTS(X)
#undef X
	SPEAK_COUNT
};
const char *authority_dialect_name(enum authority_dialect d);
bool authority_dialect_by_name(struct text t, enum authority_dialect *out) must_check;
/* An authority's own: what it speaks while nobody configured another. */
enum authority_dialect authority_dialect_of(enum authority a);

/* What is computed (standard/outgoing_computed.c): X(id, name, of a line) */
#define FORM_COMPUTED(X) \
	X(PRE_ENTRY_NO,    "pre_entry_no",    false) /* the number under which customs has it */ \
	X(PAYER_PSEUDONYM, "payer_pseudonym", false) /* keyed hash of the payer's identity number */ \
	X(EVIDENCE,        "evidence",        false) /* digest over the filings that were declared */ \
	X(S10,             "s10",             false) /* the waybill number, if it is a postal item's */ \
	X(POSTING_DATE,    "posting_date",    false) /* the day of which the waybill is */ \
	X(LINE_NET_WEIGHT, "line_net_weight", true)  /* kilograms, if one of the legal units is the kilogram */
enum form_computed {
#define X(id, name, of_line) COMPUTED_##id,
	FORM_COMPUTED(X)
#undef X
	COMPUTED_COUNT
};

enum form_source { TAKE_FIELD, TAKE_LINE, TAKE_CONSTANT, TAKE_FUNCTION, TAKE_WHOLE };

struct form_row { /* texts are borrowed from the codebook's arena */
	enum authority authority;
	enum authority_dialect dialect;
	int place;                  /* its order in the message */
	struct text direction;      /* "*": both */
	struct text trade_mode;     /* "*": every one */
	struct text section;        /* the object that holds it; absent: the message itself */
	struct text member;
	struct text value;          /* as written: "order.freight", "line.hs_code", "=11", "@s10", "inventory.*" */
	bool required, personal;
	struct text purpose;
	int32_t valid_from, valid_to;
	struct text source;
	/* what value says; filled by form_row_read() */
	enum form_source from;
	enum doc_kind kind;         /* TAKE_FIELD */
	enum field field;           /* TAKE_FIELD, TAKE_LINE */
	enum form_computed computed;
	struct text constant;
};
/* From the row's texts; false: *why says what cannot be read. */
bool form_row_read(struct form_row *row, struct text authority, struct text dialect, struct text presence, const char **why) must_check;
/* Data of a person: a row that takes it must say so. */
bool field_is_personal(enum field f);
bool form_row_is_of_line(const struct form_row *row);

struct form_entry { /* one member, ready to be written */
	struct text name;           /* ,"member": */
	enum form_source from;
	enum form_computed computed;
	enum doc_kind kind;
	int index;                  /* of the field in its message */
	bool is_number;             /* written without quotes */
	struct text constant;       /* as JSON */
	const struct form_row *row;
};

struct form_section {
	struct text name;           /* ,"section": ; absent: the message itself */
	bool is_list;               /* an object for each line of the inventory */
	int from, to;               /* entries */
};

struct authority_form {
	enum authority authority;
	enum authority_dialect dialect;
	enum direction direction;
	struct text trade_modes;    /* "9610,1210": those with the same rows */
	int32_t valid_from, valid_to;
	char edition[11];           /* the day since which these rows are in force: 2026-03-02 */
	const struct form_entry *entries;
	int entry_count;
	const struct form_section *sections;
	int section_count;
};

#endif
