/*
 * Envelopes round what we say: the form in which the message came, its receiver as our sender.
 */
#include "base/clock.h"
#include "standard/envelope_priv.h"
#include "standard/xml_walk.h"

#define DXP_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dxp:%s xmlns:dxp=\"" DXP_NAMESPACE "\" ver=\"1.0\">"

static void put_element(struct buf *b, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	buf_printf(b, "<dxp:%s>", name);
	buf_xml(b, value);
	buf_printf(b, "</dxp:%s>", name);
}

/* dateTime of the Shanghai day, without zone, as the exchange writes it. */
static struct text local_time(int64_t us, char out[CLOCK_RFC3339_BYTES])
{
	clock_rfc3339(us, 0, out);
	return (struct text){ out, 19 };
}

static void put_trans_info(struct buf *b, const char *as, const struct envelope *e, struct text created)
{
	buf_printf(b, "<dxp:%s>", as);
	put_element(b, "CopMsgId", e->message_id);
	put_element(b, "SenderId", e->sender);
	buf_str(b, "<dxp:ReceiverIds>");
	for (int i = 0; i < e->receiver_count; i++)
		put_element(b, "ReceiverId", e->receivers[i]);
	buf_str(b, "</dxp:ReceiverIds>");
	put_element(b, "CreatTime", created);
	put_element(b, "MsgType", e->type);
	buf_printf(b, "</dxp:%s>", as);
}

static void put_dxp(struct buf *b, const struct envelope *back, const struct envelope_answer *answer)
{
	char time[CLOCK_RFC3339_BYTES];

	buf_printf(b, DXP_HEAD, "DxpMsg");
	put_trans_info(b, "TransInfo", back, local_time(answer->at_us, time));
	buf_str(b, "<dxp:Data>");
	buf_base64(b, answer->content.at, answer->content.len);
	buf_str(b, "</dxp:Data></dxp:DxpMsg>");
}

static void put_member(struct buf *b, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void put_relay(struct buf *b, const struct envelope *back, const struct envelope_answer *answer)
{
	char time[CLOCK_RFC3339_BYTES];

	buf_str(b, "{\"Message\":{\"MessageHead\":{\"MessageId\":");
	buf_json(b, back->message_id);
	buf_str(b, ",\"MessageType\":\"");
	buf_text(b, back->type);
	buf_str(b, ".xml\"");
	put_member(b, "SenderID", back->sender);
	put_member(b, "ReceiverID", back->receivers[0]);
	put_member(b, "SendTime", local_time(answer->at_us, time));
	buf_str(b, ",\"Version\":\"1.0\"},\"MessageBody\":{\"data\":\"");
	buf_base64(b, answer->content.at, answer->content.len);
	buf_str(b, "\"}}}");
}

void envelope_put(struct buf *b, const struct envelope *e, const struct envelope_answer *answer)
{
	struct envelope back = {
		.message_id = answer->message_id,
		.sender = e->receiver_count > 0 ? e->receivers[0] : (struct text){ NULL, 0 },
		.receivers = { e->sender },
		.receiver_count = e->sender.at != NULL,
		.type = answer->type,
	};

	switch (e->kind) {
	case ENVELOPE_NONE:
		buf_text(b, answer->content);
		break;
	case ENVELOPE_DXP:
		put_dxp(b, &back, answer);
		break;
	case ENVELOPE_RELAY:
		put_relay(b, &back, answer);
		break;
	}
}

const char *envelope_content_type(const struct envelope *e)
{
	return e->kind == ENVELOPE_RELAY ? "application/json" : "application/xml";
}

void dxp_rep_put(struct buf *b, const struct envelope *e, enum exchange_code code, struct text info, int64_t at_us)
{
	char time[CLOCK_RFC3339_BYTES];

	buf_printf(b, DXP_HEAD, "DxpRep");
	put_element(b, "RecevierId", e->sender); /* the exchange's spelling */
	buf_printf(b, "<dxp:Response><dxp:ResponseCode>%04d</dxp:ResponseCode>", (int)code);
	put_element(b, "ResponseInfo", info);
	buf_str(b, "</dxp:Response>");
	put_element(b, "NoticeTime", local_time(at_us, time));
	put_trans_info(b, "OriHead", e, e->created);
	buf_str(b, "</dxp:DxpRep>");
}
