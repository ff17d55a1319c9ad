/*
 * What each authority is sent for a matched declaration: customs its own XML message of the inventory, the others JSON of the form
 * that the rows of table authority_field make.
 *
 *   {"message_id","declaration_id","version","is_change","sent_at","edition","direction","trade_mode", then what the form says}
 *
 * The form is compiled (model/form.h): this walks its entries and copies; nothing is looked up by name. A member whose value is absent
 * is left out, and so is an object that has none. edition: since when these rows are in force.
 */
#include <assert.h>

#include "base/clock.h"
#include "standard/ceb_parts.h"
#include "standard/outgoing_priv.h"
#include "standard/xmldsig.h"

static const struct document *filing(const struct outgoing *o, enum doc_kind kind)
{
	const struct filed *f = o->verdict->current[kind];

	return f == NULL ? NULL : f->doc;
}

/* ,"name": or without the comma right after an opening brace */
static void put_name(struct buf *b, struct text name)
{
	bool first = b->len > 0 && b->at[b->len - 1] == '{';

	buf_put(b, name.at + first, name.len - first);
}

static void put_id(struct buf *b, struct text name, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	id_format(id, text);
	buf_text(b, name);
	buf_char(b, '"');
	buf_put(b, text, sizeof(text) - 1);
	buf_char(b, '"');
}

/* Which message it is. */
static void put_opening(struct buf *b, const struct outgoing *o, const struct document *inventory)
{
	char time[CLOCK_RFC3339_BYTES];

	clock_rfc3339(o->at_us, 0, time);
	put_id(b, TEXT("{\"message_id\":"), &o->message_id);
	put_id(b, TEXT(",\"declaration_id\":"), &o->declaration);
	buf_text(b, TEXT(",\"version\":"));
	buf_i64(b, o->version);
	buf_text(b, o->is_change ? TEXT(",\"is_change\":true,\"sent_at\":\"") : TEXT(",\"is_change\":false,\"sent_at\":\""));
	buf_str(b, time);
	if (o->form != NULL) {
		buf_text(b, TEXT("\",\"edition\":\""));
		buf_put(b, o->form->edition, sizeof(o->form->edition) - 1);
	}
	buf_text(b, inventory->def->direction == DIR_IMPORT ? TEXT("\",\"direction\":\"import\",\"trade_mode\":")
	                                                    : TEXT("\",\"direction\":\"export\",\"trade_mode\":"));
	buf_json(b, document_get(inventory, F_TRADE_MODE));
}

/* line: of the inventory, from 0; -1 outside of a list */
static void put_entry(struct buf *b, const struct outgoing *o, const struct form_entry *e, int line)
{
	const struct document *d = NULL;
	char space[COMPUTED_BYTES];
	struct text value = { NULL, 0 };

	switch (e->from) {
	case TAKE_CONSTANT:
		put_name(b, e->name);
		buf_text(b, e->constant);
		return;
	case TAKE_FUNCTION:
		value = outgoing_compute(e->computed, o, line, space);
		break;
	case TAKE_FIELD:
		d = filing(o, e->kind);
		if (d != NULL)
			value = d->head[e->index];
		break;
	case TAKE_LINE:
		d = filing(o, DOC_INVENTORY);
		value = d->lines[(size_t)d->def->line_field_count * (size_t)line + (size_t)e->index];
		break;
	case TAKE_WHOLE:
		break;
	}
	if (value.at == NULL)
		return;
	put_name(b, e->name);
	if (e->is_number) /* of a checked document: digits without leading zeros */
		buf_text(b, value);
	else
		buf_json(b, value);
}

/* An object of these entries; one that stays empty leaves nothing, its name neither. */
static void put_object(struct buf *b, const struct outgoing *o, const struct form_section *s, size_t begin, int line)
{
	buf_char(b, '{');
	for (int i = s->from; i < s->to; i++)
		put_entry(b, o, &o->form->entries[i], line);
	if (!b->full && b->at[b->len - 1] == '{')
		b->len = begin;
	else
		buf_char(b, '}');
}

static void put_list(struct buf *b, const struct outgoing *o, const struct form_section *s)
{
	int lines = filing(o, DOC_INVENTORY)->line_count;

	buf_char(b, '[');
	for (int line = 0; line < lines; line++) {
		buf_text(b, line == 0 ? TEXT("") : TEXT(","));
		put_object(b, o, s, b->len, line);
	}
	buf_char(b, ']');
}

static void put_json(struct buf *b, const struct outgoing *o)
{
	put_opening(b, o, filing(o, DOC_INVENTORY));
	for (int i = 0; o->form != NULL && i < o->form->section_count; i++) {
		const struct form_section *s = &o->form->sections[i];
		size_t begin = b->len;

		if (s->name.at == NULL) {
			for (int k = s->from; k < s->to; k++)
				put_entry(b, o, &o->form->entries[k], -1);
			continue;
		}
		put_name(b, s->name);
		if (s->is_list)
			put_list(b, o, s);
		else
			put_object(b, o, s, begin, -1);
	}
	buf_char(b, '}');
}

/* The inventory as filed, under our pre-entry number and time; new or a change by what went there before. */
static void put_customs(struct buf *b, const struct outgoing *o)
{
	const struct document *inventory = filing(o, DOC_INVENTORY);
	struct document ours = *inventory;

	ours.head = arena_copy(b->arena, inventory->head, sizeof(struct text) * (size_t)inventory->def->field_count);
	if (ours.head == NULL) {
		b->full = true;
		return;
	}
	outgoing_put_application(b, &ours, &(struct outgoing_application){ .action = o->is_change ? ACTION_CHANGE : ACTION_ADD,
		.message_id = o->message_id, .pre_entry_no = o->pre_entry_no, .exchange_id = o->exchange_id, .signer = o->signer, .at_us = o->at_us });
}

void outgoing_put(struct buf *b, const struct outgoing *o)
{
	assert(filing(o, DOC_INVENTORY) != NULL); /* nothing matches without one */
	if (o->authority == AUTHORITY_CUS)
		put_customs(b, o);
	else
		put_json(b, o);
}

const char *outgoing_content_type(enum authority a)
{
	return a == AUTHORITY_CUS ? "application/xml" : "application/json";
}
