/*
 * What stands behind the nodes of a customs message: BaseTransfer (who hands it in), subscriptions, the sender's own
 * data and the signature, in this order:
 *
 *   import  BaseTransfer  BaseSubscribe*  ExtendMessage  Signature
 *   export  BaseTransfer  BaseSubscribe*  Signature  ExtendMessage
 *
 * Of BaseTransfer company and exchange number are kept; the signature is another reader's (xmldsig).
 */
#include "standard/ceb_reading.h"

enum { SUBSCRIPTIONS_MAX = 5 };
enum tail { TAIL_NODES, TAIL_TRANSFER, TAIL_SUBSCRIBE, TAIL_THIRD, TAIL_FOURTH };
enum transfer { COP_CODE, COP_NAME, DXP_MODE, DXP_ID, TRANSFER_NOTE, TRANSFER_COUNT };

static const struct {
	const char *element;
	size_t most; /* characters */
	bool required;
} transfer_fields[TRANSFER_COUNT] = {
	[COP_CODE] = { "copCode", 18, true },
	[COP_NAME] = { "copName", 100, true },
	[DXP_MODE] = { "dxpMode", 3, true },
	[DXP_ID] = { "dxpId", 30, true },
	[TRANSFER_NOTE] = { "note", 1000, false },
};

static bool tolerate(struct ceb_reading *r, struct text member, const char *expected)
{
	return ceb_tolerate(r, NULL, (struct finding){ .rule = RULE_SCHEMA_ENVELOPE, .member = member, .expected = expected });
}

static int place_of(const struct ceb_reading *r, struct text name)
{
	bool import = r->def->direction == DIR_IMPORT;

	if (text_is(name, "BaseTransfer"))
		return TAIL_TRANSFER;
	if (text_is(name, "BaseSubscribe"))
		return TAIL_SUBSCRIBE;
	if (text_is(name, "ExtendMessage"))
		return import ? TAIL_THIRD : TAIL_FOURTH;
	if (text_is(name, "Signature"))
		return import ? TAIL_FOURTH : TAIL_THIRD;
	return TAIL_NODES;
}

static bool open_transfer(struct ceb_reading *r)
{
	r->transfers++;
	if (r->def->filer_count == 0 && r->transfers == 1 && !tolerate(r, TEXT("BaseTransfer"), "none, as customs sends this message"))
		return false;
	if (r->transfers == 2 && !tolerate(r, TEXT("BaseTransfer"), "exactly one"))
		return false;
	if (r->transfers > 1)
		return ceb_pass_over(r);
	r->seen_in_transfer = 0;
	r->place = IN_TRANSFER;
	return true;
}

bool ceb_tail_open(struct ceb_reading *r, const struct xml_element *e, bool *is_one)
{
	int place = place_of(r, e->name);
	bool in_order = place >= r->tail;

	*is_one = place != TAIL_NODES;
	if (!in_order) { /* told once: real messages repeat BaseTransfer for every node */
		r->tail = TAIL_NODES;
		if (r->transfers < 2 && !tolerate(r, e->name, "the order of the schema"))
			return false;
	}
	r->tail = place;
	if (!*is_one)
		return true;
	if (place == TAIL_TRANSFER)
		return open_transfer(r);
	if (place == TAIL_SUBSCRIBE && ++r->subscriptions == SUBSCRIPTIONS_MAX + 1 && !tolerate(r, TEXT("BaseSubscribe"), "at most 5"))
		return false;
	if (text_is(e->name, "Signature"))
		r->out->is_signed = true;
	return ceb_pass_over(r);
}

bool ceb_transfer_open(struct ceb_reading *r, const struct xml_element *e)
{
	int i = 0;

	while (i < TRANSFER_COUNT && !text_is(e->name, transfer_fields[i].element))
		i++;
	if (e->is_foreign || i == TRANSFER_COUNT)
		return ceb_unexpected(r, "unexpected element in BaseTransfer", e->name);
	if (r->seen_in_transfer >> i != 0 && !tolerate(r, TEXT("BaseTransfer"), "copCode copName dxpMode dxpId note, each once"))
		return false;
	r->seen_in_transfer |= 1u << i;
	r->transfer_field = i;
	r->value = r->pool;
	r->place = IN_TRANSFER_FIELD;
	return true;
}

bool ceb_transfer_value(struct ceb_reading *r, struct text value)
{
	int i = r->transfer_field;
	long characters;

	value = text_trim(value);
	characters = text_utf8_length(value);
	if (i == COP_CODE)
		r->out->sender_code = value;
	else if (i == DXP_ID)
		r->out->exchange_id = value;
	if ((i == DXP_MODE && !text_is(value, "DXP")) || characters > (long)transfer_fields[i].most)
		return tolerate(r, text_of(transfer_fields[i].element), i == DXP_MODE ? "DXP" : "a shorter text");
	return true;
}

bool ceb_transfer_close(struct ceb_reading *r)
{
	for (int i = 0; i < TRANSFER_COUNT; i++)
		if (transfer_fields[i].required && (r->seen_in_transfer >> i & 1) == 0)
			return tolerate(r, TEXT("BaseTransfer"), "copCode copName dxpMode dxpId");
	return true;
}

bool ceb_tail_end(struct ceb_reading *r)
{
	if (!r->lenient && r->def->signature == SIGNATURE_BY_SCHEMA && !r->out->is_signed && !tolerate(r, TEXT("Signature"), "a signature"))
		return false;
	return r->transfers > 0 || r->def->filer_count == 0 || tolerate(r, TEXT("BaseTransfer"), "exactly one");
}
