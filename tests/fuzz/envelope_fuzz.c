/* Any bytes as an envelope: refused with a reason and a code, or opened; what answers it opens again to what was put in. */
#include "fuzz.h"
#include "standard/envelope.h"

static void same_again(struct arena *a, const struct envelope *e)
{
	const struct envelope_answer answer = { .message_id = e->message_id, .type = TEXT("CEB312Message"), .content = e->content };
	struct envelope back;
	struct fault f = { 0 };
	struct buf b;

	buf_init(&b, a, 1024);
	envelope_put(&b, e, &answer);
	fuzz_must(!b.full);
	if (e->sender.at == NULL || e->receiver_count == 0) /* a relay may leave out who is meant */
		return;
	fuzz_must(envelope_open(a, e->kind == ENVELOPE_DXP, buf_as_text(&b), &back, &f));
	fuzz_must(back.kind == e->kind && text_eq(back.content, e->content) && text_eq(back.message_id, e->message_id));
	fuzz_must(text_eq(back.sender, e->receivers[0]) && text_eq(back.receivers[0], e->sender));
}

static void open_as(struct text body, bool is_xml)
{
	struct fault f = { 0 };
	struct envelope e;
	struct message m;
	struct arena a;
	struct buf b;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (!envelope_open(&a, is_xml, body, &e, &f)) {
		fuzz_must(f.code == (is_xml ? FAULT_BAD_XML : FAULT_BAD_JSON) || f.code == FAULT_TOO_LARGE);
		fuzz_must(e.code != EXCHANGE_TAKEN);
		buf_init(&b, &a, 1024);
		dxp_rep_put(&b, &e, e.code, text_of(f.text), 0);
		fuzz_must(!b.full);
	} else if (e.kind == ENVELOPE_NONE) {
		fuzz_must(e.content.at == body.at && e.content.len == body.len);
	} else {
		fuzz_must(e.message_id.len > 0 && e.content.len > 0 && e.content.len < body.len);
		same_again(&a, &e);
		f = (struct fault){ 0 };
		if (!message_read_ceb(&a, e.content, READ_LENIENT, &m, &f))
			fuzz_must(f.code == FAULT_BAD_XML || f.code == FAULT_TOO_LARGE);
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = { (const char *)data, size };

	open_as(body, true);
	open_as(body, false);
	return 0;
}
