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

/*
 * What a document is. The first four are the flows that a declaration is matched from. Companies file these and the
 * kinds up to DOC_FILED_COUNT; the others are what customs says: the receipts in the order of what they answer, and
 * what it sends of its own accord.
 */
enum doc_kind {
	DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL, DOC_INVENTORY,
	DOC_WAYBILL_STATUS,
	DOC_CANCELLATION, /* of an inventory */
	DOC_RETURN,       /* of goods */
	DOC_ARRIVAL,      /* at the supervised place, before export */
	DOC_DEPARTURE,
	DOC_MANIFEST,     /* the inventories under one bill */
	DOC_SUMMARY,      /* asks for inventories to be summed up into a declaration */
	DOC_WAREHOUSE_IN, /* unloaded at the supervised place, import */
	DOC_TALLY,        /* of returned goods */

	DOC_ORDER_RECEIPT, DOC_PAYMENT_RECEIPT, DOC_WAYBILL_RECEIPT, DOC_INVENTORY_RECEIPT, DOC_WAYBILL_STATUS_RECEIPT,
	DOC_CANCELLATION_RECEIPT, DOC_RETURN_RECEIPT, DOC_ARRIVAL_RECEIPT, DOC_DEPARTURE_RECEIPT, DOC_MANIFEST_RECEIPT,
	DOC_SUMMARY_RECEIPT, DOC_WAREHOUSE_IN_RECEIPT, DOC_TALLY_RECEIPT,

	DOC_TAX_BILL, DOC_TAX_BILL_STATUS, DOC_SUMMARY_RESULT,
	DOC_REFUSAL,      /* of a message that breaks the schema; in either direction, kept as import */
	DOC_KIND_COUNT,

	DOC_FLOW_COUNT = DOC_WAYBILL_STATUS,
	DOC_FILED_COUNT = DOC_ORDER_RECEIPT,
};
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
	FIELD_INSTANT, /* customs 17 digits; canonical RFC 3339 with +08:00 and milliseconds */
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
	uint32_t min_length, max_length; /* characters, FIELD_TEXT and FIELD_CODE */
	uint8_t total_digits, fraction_digits;
	bool required;                   /* its element must be there; of a text with min_length 0 it may be empty */
	bool newer;                      /* required since October 2018 only: older clients leave it out */
	enum code_list list;
	const char *allowed;             /* "I" or "1|2": the only values (canonical form); NULL: any */
};

/* Who says that a message must be signed: nobody, the schema, or only the text of the standard. */
enum signature_need { SIGNATURE_OPTIONAL, SIGNATURE_BY_SCHEMA, SIGNATURE_BY_TEXT };

enum { KEY_FIELDS_MAX = 3, FILER_FIELDS_MAX = 2 };

struct message_def {
	enum doc_kind kind;
	enum direction direction;
	int number;                       /* 311 */
	int receipt;                      /* 312; 0: there is none */
	const char *zh, *en;              /* its name */
	const char *node, *head, *list;   /* customs element names; head NULL: fields stand in the node; list NULL: no lines */
	const struct field_def *fields;   /* in customs order */
	int field_count;
	const struct field_def *line_fields;
	int line_field_count;
	int lines_min, lines_max;         /* lines_max 0: no limit of its own */
	bool lines_numbered;              /* line_no runs from 1 without gap; else it points into another document */
	int nodes_max;                    /* of one message; 0: NODES_MAX */
	enum signature_need signature;
	enum field key[KEY_FIELDS_MAX];   /* what makes the business key */
	int key_count;
	enum field filers[FILER_FIELDS_MAX]; /* codes of the companies that may file it */
	int filer_count;                  /* 0: customs sends it */
	enum field sender_code, sender_name; /* the company that hands the message in (BaseTransfer) */
};

/* How a client's customs messages are read (standard/reader.h); JSON is always read strictly. */
enum strictness { READ_LENIENT, READ_STRICT };

#define STANDARD_VERSION "1" /* member "standard" of a filing */
enum { NODES_MAX = 100 }; /* business nodes in one message (edition 202205) */

const char *field_name(enum field f);                       /* canonical */
enum field field_by_name(struct text name);                 /* FIELD_NONE: unknown */
const struct message_def *message_def(enum doc_kind kind, enum direction d); /* NULL: that direction has none */
const struct message_def *message_def_by_number(int number); /* NULL: the standard has none */
const char *doc_kind_name(enum doc_kind k);                 /* order … tally, order_receipt …, tax_bill … */
/* A checked document has a value there; what else is required may be empty. */
static inline bool field_has_value(const struct field_def *def)
{
	return def->required && !(def->type == FIELD_TEXT && def->min_length == 0);
}
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
