/*
 * From documents to the bytes that others get: customs XML, the JSON of other authorities,
 * CEB receipts for filers, the JSON Schema of the standard.
 */
#ifndef STANDARD_WRITER_H
#define STANDARD_WRITER_H

#include "base/id.h"
#include "base/text.h"
#include "model/authority.h"
#include "model/document.h"
#include "model/finding.h"
#include "model/record.h"
#include "model/form.h"
#include "model/verdict.h"

/* Customs element order, ceb: prefix, namespace declared; one node per document, all of one message; sent by the
 * company that answers for the first (BaseTransfer), without an exchange number. now_us: appTime where none is given. */
void ceb_put_message(struct buf *b, const struct document *const *docs, int count, struct text guid, int64_t now_us);

/* The same with all that stands round the nodes. */
struct ceb_envelope {
	struct text guid;        /* of the message, 36 characters */
	struct text exchange_id; /* dxpId: the sender's number at the exchange; may be absent */
	int64_t now_us;
};
void ceb_put_enveloped(struct buf *b, const struct document *const *docs, int count, const struct ceb_envelope *e);

/* A CEB receipt (message_def.receipt) to the filer: one node per filing, with all that customs' schema asks for: an inventory
 * has no number of the window's before it is declared, so preNo then has serial 0. */
struct ceb_return {
	const struct document *doc; /* NULL: the node could not be read: its receipt has only status and info */
	struct text status;         /* "2", or a negative code */
	struct text info;           /* own text, escaped here */
	int64_t at_us;
	struct text guid;           /* of the receipt's node: any stable 36 characters */
};
void ceb_put_receipt(struct buf *b, int number, struct text guid, const struct ceb_return *returns, int count);
/* CEB900 for a message refused as a whole. */
struct ceb_refused {
	struct text guid;        /* of the receipt: 36 characters */
	struct text status;      /* a negative code */
	struct text info;
	struct text original;    /* the message as it was read */
	struct text original_id; /* CopMsgId of its envelope; absent: it came bare */
	int64_t at_us;
};
void ceb_put_900(struct buf *b, const struct ceb_refused *refused);

struct xmldsig_signer;

/* What an authority is sent for a declaration, in its own form: customs CEB XML of the inventory (appType by
 * is_change), the others JSON holding only what the form's rows allow (model/form.h, form_schema.c). */
struct outgoing {
	enum authority authority;
	struct id declaration, message_id;
	int version;
	bool is_change;           /* an earlier version went there */
	const struct authority_form *form;  /* codebook_form(); NULL: the authority may see nothing of the trade. Not used for CUS */
	struct text pre_entry_no; /* preNo given by us: customs' reference; others may be told; absent: customs gets none */
	struct sha256 basis;      /* verdict_basis() */
	struct text exchange_id;  /* CUS: dxpId, our number at the exchange (a setting); may be absent */
	struct text payer_key;    /* for the pseudonym of a payer; empty: none is told */
	const struct xmldsig_signer *signer; /* CUS: signs the message; NULL: it goes unsigned */
	int64_t at_us;
	const struct verdict *verdict; /* MATCHED: current[] are the documents */
};
void outgoing_put(struct buf *b, const struct outgoing *o);
const char *outgoing_content_type(enum authority a);

/* What takes it back: customs gets a cancellation (623, 605), under a pre-entry number of its own, the others a short JSON. */
struct outgoing_withdrawal {
	enum authority authority;
	struct id declaration, message_id;
	int version, withdraws;          /* its own, and the declared one that it takes back */
	struct text reference;           /* CUS: preNo of the cancellation */
	struct text number;              /* CUS: preNo of what was declared; it names the inventory where no number of customs' own is known */
	struct text exchange_id;
	const struct xmldsig_signer *signer;
	int64_t at_us;
	const struct document *request;  /* a cancellation, or an inventory whose action is delete */
	const struct document *inventory; /* as it was declared; NULL: not known any more, the request's own values do */
};
void outgoing_put_withdrawal(struct buf *b, const struct outgoing_withdrawal *o);

/* A return of imported goods, to customs. */
struct outgoing_return {
	struct id message_id;
	const struct document *request; /* message 625 as it was filed */
	struct text reference;          /* preNo of the return */
	struct text exchange_id;
	const struct xmldsig_signer *signer;
	int64_t at_us;
};
void outgoing_put_return(struct buf *b, const struct outgoing_return *o);
/* JSON Schema 2020-12 of what an authority is sent by these forms with purpose and source of each member. */
void form_schema_put(struct buf *b, enum authority a, const struct authority_form *const *forms, int count, struct text day);

/* JSON Schema 2020-12 of one kind and direction, with descriptions in both languages and customs element names. */
void schema_put(struct buf *b, const struct message_def *def);
void schema_put_record(struct buf *b, const struct record_def *def);
/* XML Schema of one customs message. */
void xsd_put(struct buf *b, const struct message_def *def);

#endif
