/*
 * The canonical document: one business node (an order, a payment …) as the data
 * standard has it, whatever dialect it came in.
 *
 * Values are texts in canonical form, borrowed from the arena or from the bytes
 * they were read from. standard/ reads and writes it in each dialect; model/
 * judges it; store/ keeps its canonical JSON.
 *
 * Canonical JSON: {"guid":…,"sent_at":… first, then standard, kind, direction, action, then the other
 * fields in customs order, absent ones left out, "lines":[…] last. The digest of a filing (P2:
 * the same filing) is SHA-256 over that text without guid and sent_at: see canonical_digest().
 */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/decimal.h"
#include "base/id.h"
#include "model/field.h"

struct document {
	const struct message_def *def;
	struct text *head;  /* def->field_count values; at == NULL: absent */
	struct text *lines; /* line_count rows of def->line_field_count values */
	int line_count;
	int lines_room; /* rows there is room for */
};

struct document *document_new(struct arena *a, const struct message_def *def, int lines_room) must_check;
/* Another row of absent values; NULL: arena full or over lines_max + 1 (one too many is kept for the check to report). */
struct text *document_add_line(struct arena *a, struct document *d) must_check;

struct text document_get(const struct document *d, enum field f);             /* at == NULL: absent or no such field */
struct text document_line_get(const struct document *d, int line, enum field f);
bool document_decimal(const struct document *d, enum field f, struct decimal *out) must_check; /* of a checked document */
bool document_line_decimal(const struct document *d, int line, enum field f, struct decimal *out) must_check;
enum action document_action(const struct document *d);

/* The canonical text; *digest_from: where in b the part under the digest begins (after guid and sent_at). Integers are
 * JSON numbers, all other values strings. */
void canonical_put(struct buf *b, const struct document *d, size_t *digest_from);
/* SHA-256 over '{' and the text from digest_from on. */
struct sha256 canonical_digest(struct text canonical, size_t digest_from);

/*
 * Keys. All are public numbers, no personal data; message_def says which fields make one:
 *   order           platform_code / order_no          payment  payment_company_code / payment_no
 *   export payment  merchant_code / order_no / payment_no
 *   waybill         carrier_code / waybill_no         waybill_status  carrier_code / waybill_no / status
 *   inventory       platform_code / merchant_code / order_no   (an order number is a platform's)
 *   what comes later  the company that files it, its own number (or the inventory's), and which part of a split list
 * A key's text is its parts joined by '/', each with '%' and '/' percent-escaped; an absent part is empty.
 */
struct text document_business_key(const struct document *d, struct arena *a);
/* The key as an id, which carries the filing's bucket: id_of_key('F', kind, direction, key). */
struct id document_key_id(enum doc_kind kind, enum direction direction, struct text business_key);
/* Declaration of an order, payment or inventory: id_of_key('D', platform_code, order_no, ""). False: any other kind. */
bool document_declaration(const struct document *d, struct id *out) must_check;
/* Link of a waybill or its status (own carrier + number) or of an inventory (the waybill it names): id_of_key('L', …). */
bool document_link(const struct document *d, struct id *out) must_check;
/* The enterprises that answer for this filing (message_def.filers). A client may file for it if any of these is one of
 * the client's codes. Returns the count; 0: no enterprise files such a document. */
int document_filers(const struct document *d, struct text out[FILER_FIELDS_MAX]);

#endif
