/*
 * The data standard, version 1: one table of definitions for every message kind.
 *
 * A field has one canonical name (English snake_case), its customs element
 * (announcement 2018-113, edition 202205) and its Chinese term; type, lengths
 * in characters, decimal digits, code list, presence. Both dialects, the JSON
 * Schema and every error pointer come from this table (src/model/field_*.c).
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* What a filing is. A waybill status (513) is a filing too, but no flow of its own. */
enum doc_kind { DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL, DOC_INVENTORY, DOC_WAYBILL_STATUS, DOC_KIND_COUNT };
enum direction { DIR_IMPORT, DIR_EXPORT };
enum action { ACTION_ADD = 1, ACTION_CHANGE = 2, ACTION_DELETE = 3 }; /* customs appType */

/* Every canonical field name of the standard, once: X(id, "canonical_name"). */
#include "model/field_names.h"
enum field {
#define X(id, name) F_##id,
	FIELD_NAMES(X)
#undef X
	FIELD_COUNT
};
#define FIELD_NONE FIELD_COUNT

enum field_type {
	FIELD_TEXT,    /* characters */
	FIELD_CODE,    /* of a code list */
	FIELD_DECIMAL, /* JSON string; canonical: shortest exact form */
	FIELD_INTEGER, /* JSON number or string of digits; canonical: digits without leading zeros, written as a number */
	FIELD_TIME,    /* customs 14 digits; canonical RFC 3339 with +08:00, no fraction */
	FIELD_DATE,    /* customs 8 digits; canonical YYYY-MM-DD */
	FIELD_ACTION,  /* customs 1 2 3; canonical add change delete */
};

enum code_list { /* src/model/code_list.c */
	CODES_NONE, CODES_CURRENCY, CODES_COUNTRY, CODES_UNIT, CODES_CUSTOMS, CODES_PORT, CODES_TRADE_MODE,
	CODES_TRANSPORT, CODES_WRAP, CODES_DIVISION,
	/* of no field: of declarations, and of what customs answers */
	CODES_WRAP_CIQ, CODES_SUPERVISED_PLACE, CODES_CUSTOMS_PLACE, CODES_TRANSACTION_MODE, CODES_EXEMPTION_MODE, CODES_USE,
	CODES_RETURN_STATUS, CODES_REJECT, CODES_ERROR,
	CODES_HS /* by form, not by list */, CODE_LIST_COUNT
};
const char *code_list_name(enum code_list l); /* "currency" … as in table code */
const char *code_list_title(enum code_list l, bool chinese);
bool code_list_by_name(struct text name, enum code_list *out) must_check; /* lists of table code only: neither none nor hs */
bool code_list_is_kept(enum code_list l); /* in table code */

struct field_def {
	enum field id;
	enum field_type type;
	const char *element;             /* customs element name */
	const char *zh, *en;             /* term, and description with the rule in words */
	uint16_t min_length, max_length; /* characters, FIELD_TEXT and FIELD_CODE */
	uint8_t total_digits, fraction_digits;
	bool required;
	enum code_list list;
	const char *allowed;             /* "I" or "1|2": the only values (canonical form); NULL: any */
};

struct message_def {
	enum doc_kind kind;
	enum direction direction;
	int number;                       /* 311 */
	const char *node, *head, *list;   /* customs element names; head NULL: fields stand in the node; list NULL: no lines */
	const struct field_def *fields;   /* in customs order */
	int field_count;
	const struct field_def *line_fields;
	int line_field_count, lines_max;  /* 99 import, 100 export; 0: no lines */
	bool head_then_tail_import;       /* order of ExtendMessage and Signature; see standard/ceb_writer */
};

#define STANDARD_VERSION "1" /* member "standard" of a filing */
enum { NODES_MAX = 100 }; /* business nodes in one message (edition 202205) */

const char *field_name(enum field f);                       /* canonical */
enum field field_by_name(struct text name);                 /* FIELD_NONE: unknown */
const struct message_def *message_def(enum doc_kind kind, enum direction d); /* NULL: export has no waybill status */
const struct message_def *message_def_by_number(int number); /* NULL: not one of ours */
const char *doc_kind_name(enum doc_kind k);                 /* order payment waybill inventory waybill_status */
bool doc_kind_by_name(struct text t, enum doc_kind *out) must_check;
const char *direction_name(enum direction d);               /* import export */
bool direction_by_name(struct text t, enum direction *out) must_check;
const char *action_name(enum action a);                     /* add change delete */
bool action_by_name(struct text t, enum action *out) must_check;

/* Where a field stands in its message: index into fields (or line_fields), -1: not in this message. O(1). */
int field_index(const struct message_def *def, enum field f);
int field_line_index(const struct message_def *def, enum field f);
/* The same by customs element name, for the XML reader. O(1) on average. */
int field_index_of_element(const struct message_def *def, struct text element);
int field_line_index_of_element(const struct message_def *def, struct text element);

#endif
