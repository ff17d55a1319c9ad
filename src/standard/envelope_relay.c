/*
 * The relay form: {"Message":{"MessageHead":{…},"MessageBody":{"data": base64 of the customs XML}}}.
 *
 * Relays differ in what else they put into the head, so members nobody knows are passed over there; elsewhere they
 * are refused, and known ones may stand once. Only MessageId and the data must be there.
 */
#include "standard/envelope_priv.h"
#include "standard/json_scan.h"
#include "standard/utf8.h"

enum part { PART_MESSAGE, PART_HEAD, PART_BODY, PART_DATA, PART_ID, PART_TYPE, PART_SENDER, PART_RECEIVER, PART_TIME };

struct reading {
	struct opening *o;
	struct json_scan scan;
	unsigned seen; /* bits by part */
	struct text data;
};

static bool refuse(struct reading *r, const char *what)
{
	return envelope_refuse(r->o, EXCHANGE_SCHEMA, what);
}

static bool once(struct reading *r, enum part part)
{
	if ((r->seen >> part & 1) != 0)
		return refuse(r, "a member of the envelope stands twice");
	r->seen |= 1u << part;
	return true;
}

/* A value of the head: null and "" are an absent one. */
static bool read_value(struct reading *r, enum part part, size_t characters_max, struct text *out)
{
	struct text value;

	if (!once(r, part))
		return false;
	if (json_scan_peek(&r->scan) == 'n')
		return json_scan_skip(&r->scan);
	return json_scan_string(&r->scan, &value) && envelope_value(r->o, value, characters_max, out);
}

static bool read_head_member(void *arg, struct text name)
{
	struct reading *r = arg;
	struct envelope *e = r->o->out;

	if (text_is(name, "MessageId"))
		return read_value(r, PART_ID, ENVELOPE_ID_MAX, &e->message_id);
	if (text_is(name, "MessageType"))
		return read_value(r, PART_TYPE, ENVELOPE_TYPE_MAX, &e->type);
	if (text_is(name, "SenderID"))
		return read_value(r, PART_SENDER, ENVELOPE_ADDRESS_MAX, &e->sender);
	if (text_is(name, "SendTime"))
		return read_value(r, PART_TIME, ENVELOPE_TYPE_MAX, &e->created);
	if (!text_is(name, "ReceiverID"))
		return json_scan_skip(&r->scan);
	if (!read_value(r, PART_RECEIVER, ENVELOPE_ADDRESS_MAX, &e->receivers[0]))
		return false;
	e->receiver_count = e->receivers[0].at != NULL;
	return true;
}

static bool read_body_member(void *arg, struct text name)
{
	struct reading *r = arg;

	if (!text_is(name, "data"))
		return refuse(r, "MessageBody has one member, data");
	return once(r, PART_DATA) && json_scan_string(&r->scan, &r->data);
}

static bool read_message_member(void *arg, struct text name)
{
	struct reading *r = arg;

	if (text_is(name, "MessageHead"))
		return once(r, PART_HEAD) && json_scan_object(&r->scan, read_head_member, r);
	if (!text_is(name, "MessageBody"))
		return refuse(r, "Message has the members MessageHead and MessageBody");
	return once(r, PART_BODY) && json_scan_object(&r->scan, read_body_member, r);
}

static bool read_member(void *arg, struct text name)
{
	struct reading *r = arg;

	if (!text_is(name, "Message"))
		return refuse(r, "beside Message there is no other member");
	return once(r, PART_MESSAGE) && json_scan_object(&r->scan, read_message_member, r);
}

bool envelope_open_relay(struct opening *o, struct text body)
{
	struct reading r = { .o = o };
	size_t bad_at;
	char *data;

	if (!utf8_check(body, &bad_at))
		return envelope_refuse(o, EXCHANGE_BAD_FORMAT, "the body is not UTF-8");
	r.scan = (struct json_scan){ o->arena, body.at, body.at, body.at + body.len, 0, o->fault };
	if (!json_scan_object(&r.scan, read_member, &r) || !json_scan_end(&r.scan))
		return false;
	if (o->out->message_id.at == NULL)
		return refuse(&r, "MessageHead must have a MessageId");
	data = arena_copy(o->arena, r.data.len == 0 ? "" : r.data.at, r.data.len);
	return data == NULL ? envelope_arena_full(o) : envelope_decode(o, data, r.data.len);
}
