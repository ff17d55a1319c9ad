/*
 * DxpMsg, alone or within DxpMsgSv.
 *
 *   AT_TOP ─ DxpMsgSv ─► IN_TRANSPORT ─ DxpMsg ─► IN_MESSAGE ─ TransInfo ─► IN_HEAD ─ CopMsgId … ─► values
 *      └──────────────── DxpMsg ───────────────────┘    │                     └ ReceiverIds ─► IN_RECEIVERS ─ ReceiverId
 *                                                       └ Data ─► IN_DATA: base64
 *
 * SvNo, AddInfo and signatures are passed over. Names count, not prefixes; the order of elements does not.
 */
#include <assert.h>

#include "standard/envelope_priv.h"
#include "standard/xml_walk.h"

enum place {
	AT_TOP, IN_TRANSPORT, IN_MESSAGE, IN_HEAD, IN_RECEIVERS, IN_DATA,
	IN_MESSAGE_ID, IN_SENDER, IN_RECEIVER, IN_CREATED, IN_TYPE,
	PASSED_OVER,
};

static const struct step {
	enum place in;
	const char *name;
	enum place to;
} steps[] = {
	{ AT_TOP, "DxpMsg", IN_MESSAGE },          { AT_TOP, "DxpMsgSv", IN_TRANSPORT },
	{ IN_TRANSPORT, "SvNo", PASSED_OVER },     { IN_TRANSPORT, "DxpMsg", IN_MESSAGE },
	{ IN_TRANSPORT, "Signature", PASSED_OVER },
	{ IN_MESSAGE, "TransInfo", IN_HEAD },      { IN_MESSAGE, "Data", IN_DATA },
	{ IN_MESSAGE, "AddInfo", PASSED_OVER },    { IN_MESSAGE, "Signature", PASSED_OVER },
	{ IN_HEAD, "CopMsgId", IN_MESSAGE_ID },    { IN_HEAD, "SenderId", IN_SENDER },
	{ IN_HEAD, "ReceiverIds", IN_RECEIVERS },  { IN_HEAD, "CreatTime", IN_CREATED },
	{ IN_HEAD, "MsgType", IN_TYPE },           { IN_RECEIVERS, "ReceiverId", IN_RECEIVER },
};

enum { PLACES_MAX = 6 }; /* DxpMsgSv DxpMsg TransInfo ReceiverIds ReceiverId, and the top */

struct reading {
	struct opening *o;
	enum place places[PLACES_MAX]; /* from the top down to where the walk is */
	int depth;          /* in places */
	int level;          /* of the element the walk is in; the root's is 1 */
	int passing;        /* level of the element that is passed over with all in it; 0: none */
	unsigned seen;      /* bits by row of steps */
	char *pool, *value; /* all character data, one after the other; where the newest value began */
	char *data;
	size_t data_len;
};

static bool refuse(struct reading *r, const char *what)
{
	return envelope_refuse(r->o, EXCHANGE_SCHEMA, what);
}

static const struct step *step_of(enum place in, const struct xml_element *e)
{
	for (size_t i = 0; i < COUNTOF(steps); i++) {
		if (steps[i].in != in || !text_is(e->name, steps[i].name))
			continue;
		return e->is_foreign && steps[i].to != PASSED_OVER ? NULL : &steps[i];
	}
	return NULL;
}

static bool opened(void *arg, const struct xml_element *e)
{
	struct reading *r = arg;
	enum place in = r->places[r->depth];
	const struct step *step = step_of(in, e);

	r->level = e->depth;
	if (r->passing != 0)
		return true;
	if (step == NULL)
		return refuse(r, in >= IN_DATA ? "an element stands inside a value of the envelope"
		                               : "the envelope holds an element that is not its own");
	if ((r->seen >> (step - steps) & 1) != 0 && step->to != IN_RECEIVER)
		return refuse(r, "an element of the envelope stands twice");
	r->seen |= 1u << (step - steps);
	if (step->to == PASSED_OVER) {
		r->passing = r->level;
		return true;
	}
	assert(r->depth + 1 < PLACES_MAX);
	r->places[++r->depth] = step->to;
	r->value = r->pool;
	return true;
}

static bool said(void *arg, struct text piece)
{
	struct reading *r = arg;

	if (r->passing != 0)
		return true;
	if (r->places[r->depth] < IN_DATA)
		return text_trim(piece).len == 0 || refuse(r, "text stands between the elements of the envelope");
	memcpy(r->pool, piece.at, piece.len);
	r->pool += piece.len;
	return true;
}

static bool add_receiver(struct reading *r, struct text value)
{
	struct envelope *e = r->o->out;

	if (e->receiver_count == ENVELOPE_RECEIVERS_MAX)
		return refuse(r, "the envelope has more than five receivers");
	if (!envelope_value(r->o, value, ENVELOPE_ADDRESS_MAX, &e->receivers[e->receiver_count]))
		return false;
	e->receiver_count += e->receivers[e->receiver_count].at != NULL;
	return true;
}

static bool store_value(struct reading *r, enum place of)
{
	struct envelope *e = r->o->out;
	struct text value = { r->value, (size_t)(r->pool - r->value) };

	switch (of) {
	case IN_MESSAGE_ID:
		return envelope_value(r->o, value, ENVELOPE_ID_MAX, &e->message_id);
	case IN_SENDER:
		return envelope_value(r->o, value, ENVELOPE_ADDRESS_MAX, &e->sender);
	case IN_RECEIVER:
		return add_receiver(r, value);
	case IN_CREATED:
		return envelope_value(r->o, value, ENVELOPE_TYPE_MAX, &e->created);
	case IN_TYPE:
		return envelope_value(r->o, value, ENVELOPE_TYPE_MAX, &e->type);
	case IN_DATA:
		r->data = r->value;
		r->data_len = value.len;
		return true;
	default:
		return true;
	}
}

static bool closed(void *arg)
{
	struct reading *r = arg;
	int level = r->level--;

	if (r->passing == 0)
		return store_value(r, r->places[r->depth--]);
	if (r->passing == level)
		r->passing = 0;
	return true;
}

bool envelope_open_dxp(struct opening *o, struct text body)
{
	static const struct xml_events events = { opened, said, closed, DXP_NAMESPACE };
	struct reading r = { .o = o };
	const struct envelope *e = o->out;

	r.pool = arena_alloc(o->arena, body.len + 1); /* character data are never longer than the text they came from */
	if (r.pool == NULL)
		return envelope_arena_full(o);
	if (!xml_walk(body, &events, &r, o->fault))
		return false;
	if (e->message_id.at == NULL || e->sender.at == NULL || e->receiver_count == 0)
		return refuse(&r, "TransInfo must have CopMsgId, SenderId and a ReceiverId");
	return envelope_decode(o, r.data, r.data_len);
}
