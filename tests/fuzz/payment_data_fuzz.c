/* Any bytes as payment data: refused with a reason, or what is put of them reads back to the same signed parts. */
#include "fuzz.h"
#include "standard/payment_data.h"

static void same_signed(struct arena *a, const struct payment_data *one, const struct payment_data *two)
{
	struct buf first, second;

	buf_init(&first, a, 1024);
	buf_init(&second, a, 1024);
	payment_data_put_to_sign(&first, one);
	payment_data_put_to_sign(&second, two);
	fuzz_must(!second.full && text_eq(buf_as_text(&first), buf_as_text(&second)));
}

/* Read again without white space the values are the same. */
static void same_compact(struct arena *a, const struct payment_data *d)
{
	struct payment_data again;
	struct fault f = { 0 };
	struct buf b;

	buf_init(&b, a, 1024);
	buf_str(&b, "{\"payExchangeInfoHead\":");
	payment_data_compact(&b, d->head);
	buf_str(&b, ",\"payExchangeInfoLists\":");
	payment_data_compact(&b, d->lists);
	buf_char(&b, '}');
	fuzz_must(!b.full && payment_data_read(a, buf_as_text(&b), PAYMENT_UNSIGNED, &again, &f));
	fuzz_must(decimal_eq(again.amount, d->amount) && text_eq(again.payment_no, d->payment_no) && again.order_count == d->order_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text body = { (const char *)data, size };
	struct payment_data d, again;
	struct payment_query query;
	struct payment_reply reply;
	struct fault f = { 0 };
	struct arena a;
	struct buf b;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (payment_data_read(&a, body, PAYMENT_SIGNED, &d, &f)) {
		buf_init(&b, &a, 1024);
		payment_data_put(&b, &d);
		fuzz_must(!b.full && payment_data_read(&a, buf_as_text(&b), PAYMENT_SIGNED, &again, &f));
		same_signed(&a, &d, &again);
		same_compact(&a, &d);
	} else {
		fuzz_must(f.code == FAULT_BAD_JSON || (f.code == FAULT_RULE_BROKEN && d.wrong.pointer.at != NULL));
	}
	f = (struct fault){ 0 };
	if (payment_data_read(&a, body, PAYMENT_UNSIGNED, &d, &f))
		same_compact(&a, &d);
	f = (struct fault){ 0 };
	fuzz_must(payment_query_read(&a, body, &query, &f) || f.code != FAULT_NONE);
	f = (struct fault){ 0 };
	fuzz_must(payment_reply_read(&a, body, &reply, &f) ? reply.code > 0 : f.code == FAULT_BAD_JSON);
	arena_done(&a);
	return 0;
}
