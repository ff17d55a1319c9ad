#include "model/tally.h"

#include <string.h>

#define SLOT_US ((int64_t)TALLY_SLOT_S * 1000000)

/* Upper edge of a class: 1 ms, then four steps to each doubling (1.25, 1.5, 1.75, 2). */
static int64_t edge_us(int class)
{
	return (int64_t)1000 * (4 + class % 4) * (INT64_C(1) << class / 4) / 4;
}

static int class_of(int64_t elapsed_us)
{
	int class = 0;

	while (class < TALLY_CLASSES - 1 && elapsed_us > edge_us(class))
		class++;
	return class;
}

void tally_add(struct tally *t, int64_t now_us, int64_t elapsed_us, int messages)
{
	int64_t number = now_us / SLOT_US + 1; /* 0: an empty slot */
	int place = (int)(number % TALLY_SLOTS);
	struct tally_sum *s = &t->slots[place].sum;

	if (t->slots[place].number != number) {
		memset(&t->slots[place], 0, sizeof(t->slots[place]));
		t->slots[place].number = number;
	}
	s->count += messages;
	s->elapsed_us += elapsed_us * messages;
	s->classes[class_of(elapsed_us)] += messages;
}

void tally_sum(const struct tally *t, int64_t now_us, struct tally_sum *out)
{
	int64_t number = now_us / SLOT_US + 1;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < TALLY_SLOTS; i++) {
		const struct tally_sum *s = &t->slots[i].sum;

		if (t->slots[i].number <= number - TALLY_SLOTS || t->slots[i].number > number)
			continue;
		out->count += s->count;
		out->elapsed_us += s->elapsed_us;
		for (int c = 0; c < TALLY_CLASSES; c++)
			out->classes[c] += s->classes[c];
	}
}

int64_t tally_quantile_us(const struct tally_sum *s, int percent)
{
	int64_t before = 0, total = 0, wanted;

	for (int c = 0; c < TALLY_CLASSES; c++)
		total += s->classes[c];
	wanted = (total * percent + 99) / 100;
	for (int c = 0; c < TALLY_CLASSES; c++) {
		before += s->classes[c];
		if (total > 0 && before >= wanted)
			return edge_us(c);
	}
	return 0;
}
