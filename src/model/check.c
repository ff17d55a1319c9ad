/*
 * The order of a check:
 *
 *   head fields ─► head meaning ─► each line: fields ─► meaning ─► number ─► sums
 *
 * A value with a finding is not judged further, so that one mistake makes one finding.
 */
#include "model/check.h"

#include "model/check_priv.h"

/* Numbers 1 to n, each once, in any order. */
static void check_line_number(struct check *c, struct row *r)
{
	int index = field_line_index(c->d->def, F_LINE_NO);
	struct text t = c->line_numbers == NULL ? (struct text){ NULL, 0 } : r->values[index];
	int64_t n;

	if (t.at == NULL || (r->bad >> index & 1) != 0)
		return;
	if (!text_to_i64(t, &n) || n < 1 || n > c->d->line_count || (c->line_numbers[n / 64] >> n % 64 & 1) != 0) {
		check_report(c, r, &(struct wrong){ RULE_LINE_NUMBER, index, check_words(c, "1 to %d, each once", c->d->line_count) });
		return;
	}
	c->line_numbers[n / 64] |= UINT64_C(1) << n % 64;
}

static void check_lines(struct check *c)
{
	const struct message_def *def = c->d->def;

	if (c->d->line_count < def->lines_min) {
		check_report(c, &c->head, &(struct wrong){ RULE_LINES_NONE, -1, "at least 1 line" });
		return;
	}
	if (def->lines_max != 0 && c->d->line_count > def->lines_max) {
		check_report(c, &c->head,
		             &(struct wrong){ RULE_LINES_TOO_MANY, -1, check_words(c, "at most %d lines", def->lines_max) });
		return;
	}
	if (def->lines_numbered) {
		c->line_numbers = arena_zalloc(c->out->arena, sizeof(*c->line_numbers) * (size_t)(c->d->line_count / 64 + 1));
		if (c->line_numbers == NULL)
			return; /* the arena is full: the check as a whole says so */
	}
	for (int i = 0; i < c->d->line_count; i++) {
		struct row line = {
			.fields = def->line_fields,
			.values = c->d->lines + (size_t)def->line_field_count * (size_t)i,
			.count = def->line_field_count,
			.line = i,
		};

		check_row_fields(c, &line);
		check_row_meaning(c, &line);
		check_line_number(c, &line);
	}
	check_sums(c);
}

bool document_check(struct document *d, const struct codebook *book, int32_t day, struct findings *out, struct findings *warnings)
{
	struct check c = {
		.d = d,
		.book = book,
		.day = day,
		.out = out,
		.warnings = warnings,
		.head = { .fields = d->def->fields, .values = d->head, .count = d->def->field_count, .line = -1 },
		.lines_total_known = true,
	};

	check_row_fields(&c, &c.head);
	check_row_meaning(&c, &c.head);
	if (d->def->list != NULL)
		check_lines(&c);
	return !findings_any(out) && !out->arena->full;
}
