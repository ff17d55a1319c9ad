/* What an authority says, in its own form: customs in the standard's receipts and tax bills, the others in JSON. */
#include <assert.h>
#include <stdio.h>

#include "mock/mock.h"
#include "standard/writer.h"

enum { COP_NO_BYTES_MAX = 20 };

int saying_form(const struct mock_authority *m, const struct mock_message *msg, const struct saying *s)
{
	const struct message_def *def = m->authority == AUTHORITY_CUS ? message_def_by_number(msg->message_number) : NULL;

	if (m->authority != AUTHORITY_CUS)
		return 0;
	if (s->kind != SAY_RECEIPT)
		return s->kind == SAY_TAX_BILL ? 816 : 818;
	return def == NULL || def->receipt == 0 ? 622 : def->receipt;
}

/* A guid in capitals from what it stands for: the same answer, the same guid. */
static struct text guid_of(struct arena *a, const struct text *parts, int count)
{
	struct sha256 hash = sha256_of_parts(parts, count);
	char guid[ID_TEXT_BYTES];
	struct id id;

	memcpy(id.b, hash.b, sizeof(id.b));
	id_format_capitals(&id, guid);
	return text_dup(a, text_of(guid));
}

/* Follows from the order: the same for every version. */
static void given_inventory_no(const struct mock_message *msg, char out[19])
{
	const struct text parts[] = { msg->noted[NOTED_PLATFORM], TEXT("/"), msg->noted[NOTED_ORDER_NO] };
	struct sha256 hash = sha256_of_parts(parts, COUNTOF(parts));
	struct text customs = msg->noted[NOTED_CUSTOMS];
	char day[CLOCK_COMPACT_BYTES];
	uint64_t n;

	memcpy(&n, hash.b, sizeof(n));
	clock_compact(msg->first_us, 8, day);
	(void)snprintf(out, 19, "%.*s%.4s%c%09llu", customs.len == 4 ? 4 : 0, customs.at == NULL ? "" : customs.at, day,
	               msg->message_number == 603 ? 'E' : 'I', (unsigned long long)(n % 1000000000u));
}

/* The inventory's number: as it came, or given by customs to what it has entered. */
static struct text inventory_no(struct arena *a, const struct mock_said *said)
{
	struct text status = said->saying->status;
	char number[19];

	if (said->msg->noted[NOTED_INVENTORY_NO].len > 0)
		return said->msg->noted[NOTED_INVENTORY_NO];
	if (said->saying->kind == SAY_RECEIPT && (status.len != 3 || text_is(status, "100")))
		return (struct text){ NULL, 0 };
	given_inventory_no(said->msg, number);
	return text_dup(a, text_of(number));
}

/* Customs wants a number of the company's own in every receipt; not every application has one. */
static struct text cop_no(const struct mock_message *msg)
{
	struct text t = msg->noted[NOTED_INTERNAL_NO].len > 0 ? msg->noted[NOTED_INTERNAL_NO] : msg->noted[NOTED_REFERENCE];

	return t.len > COP_NO_BYTES_MAX ? (struct text){ t.at, COP_NO_BYTES_MAX } : t;
}

static void set(struct document *d, enum field f, struct text value)
{
	int i = field_index(d->def, f);

	if (i >= 0 && value.len > 0)
		d->head[i] = value;
}

static bool set_line(struct arena *a, struct document *d, const struct json *line)
{
	static const enum field fields[] = { F_LINE_NO, F_HS_CODE, F_DUTIABLE_VALUE, F_CUSTOMS_DUTY, F_VALUE_ADDED_TAX, F_CONSUMPTION_TAX };
	struct text *row = document_add_line(a, d);

	for (size_t i = 0; row != NULL && i < COUNTOF(fields); i++)
		row[field_line_index(d->def, fields[i])] = json_text(json_member(line, field_name(fields[i])));
	return row != NULL;
}

static bool set_bill(struct arena *a, struct document *d, struct text detail)
{
	static const enum field fields[] = { F_CUSTOMS_DUTY, F_VALUE_ADDED_TAX, F_CONSUMPTION_TAX };
	struct fault f = { 0 };
	const struct json *bill = json_parse(a, detail, &f), *lines = json_member(bill, "lines");
	bool good = bill != NULL;

	for (size_t i = 0; i < COUNTOF(fields); i++)
		set(d, fields[i], json_text(json_member(bill, field_name(fields[i]))));
	for (size_t i = 0; good && i < json_length(lines); i++)
		good = set_line(a, d, json_item(lines, i));
	return good;
}

static struct document *customs_document(struct arena *a, const struct message_def *def, const struct mock_said *said)
{
	const struct mock_message *msg = said->msg;
	const struct saying *s = said->saying;
	struct document *d = document_new(a, def, 0);
	struct text number = inventory_no(a, said), at;
	char time[CLOCK_RFC3339_BYTES];
	struct buf bill_no;

	clock_rfc3339(s->at_us, 3, time);
	at = text_dup(a, text_of(time));
	if (d == NULL || at.at == NULL)
		return NULL;
	buf_init(&bill_no, a, 32);
	buf_text(&bill_no, number);
	buf_str(&bill_no, "_1");
	set(d, F_GUID, guid_of(a, (struct text[]){ msg->noted[NOTED_REFERENCE], text_of(saying_kind_name(s->kind)), s->status, s->info, at }, 5));
	set(d, F_CUSTOMS_CODE, msg->noted[NOTED_CUSTOMS]);
	set(d, F_PLATFORM_CODE, msg->noted[NOTED_PLATFORM]);
	set(d, F_MERCHANT_CODE, msg->noted[NOTED_MERCHANT]);
	set(d, F_DECLARANT_CODE, msg->noted[NOTED_DECLARANT]);
	set(d, F_INTERNAL_NO, cop_no(msg));
	set(d, F_PRE_ENTRY_NO, msg->noted[NOTED_REFERENCE]);
	set(d, F_INVENTORY_NO, number);
	set(d, F_ORDER_NO, msg->noted[NOTED_ORDER_NO]);
	set(d, F_RETURNED_AT, at);
	set(d, F_RETURN_STATUS, s->status);
	set(d, F_RETURN_INFO, s->info);
	set(d, F_TAX_BILL_NO, buf_as_text(&bill_no));
	set(d, F_TAX_BILL_STATUS, s->status);
	return s->kind != SAY_TAX_BILL || set_bill(a, d, s->detail) ? d : NULL;
}

static void put_customs(struct buf *b, const struct mock_said *said, int count, int form)
{
	const struct message_def *def = message_def_by_number(form);
	const struct document *docs[MOCK_SAID_MAX];
	struct text first;

	for (int i = 0; i < count; i++) {
		docs[i] = customs_document(b->arena, def, &said[i]);
		if (docs[i] == NULL) {
			b->full = true;
			return;
		}
	}
	first = document_get(docs[0], F_GUID);
	ceb_put_message(b, docs, count, guid_of(b->arena, &first, 1), said[0].saying->at_us);
}

static void put_json(struct buf *b, const struct mock_said *said)
{
	const struct mock_message *msg = said->msg;
	const struct saying *s = said->saying;
	char message_id[ID_TEXT_BYTES], declaration[ID_TEXT_BYTES], at[CLOCK_RFC3339_BYTES];

	id_format(&msg->id, message_id);
	id_format(&msg->declaration, declaration);
	clock_rfc3339(s->at_us, 6, at);
	buf_printf(b, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":%d,\"status\":", message_id, declaration, msg->version);
	buf_json(b, s->status);
	if (s->code.at != NULL) {
		buf_str(b, ",\"code\":");
		buf_json(b, s->code);
	}
	buf_printf(b, ",\"at\":\"%s\",\"info\":", at);
	buf_json(b, s->info);
	buf_char(b, '}');
}

void mock_put_answers(struct buf *b, const struct mock_authority *m, const struct mock_said *said, int count)
{
	int form = saying_form(m, said[0].msg, said[0].saying);

	assert(count >= 1 && count <= MOCK_SAID_MAX);
	if (form != 0) {
		put_customs(b, said, count, form);
		return;
	}
	for (int i = 0; i < count; i++) {
		buf_char(b, i == 0 ? '[' : ',');
		put_json(b, &said[i]);
	}
	buf_char(b, ']');
}
