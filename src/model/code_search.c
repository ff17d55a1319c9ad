/* One pass over the list: the longest has some thousand rows, and nobody searches often. */
#include "model/code_search.h"

bool code_row_is_valid(const struct code_row *row, int32_t day)
{
	return row->valid_from <= day && day <= row->valid_to;
}

static bool begins_with(struct text t, struct text beginning)
{
	return t.len >= beginning.len && text_eq((struct text){ t.at, beginning.len }, beginning);
}

static bool has_word(struct text words, struct text wanted)
{
	struct text word;

	while (text_next(&words, ' ', &word))
		if (text_eq_nocase(word, wanted))
			return true;
	return false;
}

static bool is_behind(const struct code_row *row, const struct code_search *s)
{
	int order = s->after_code.at == NULL ? 1 : text_order(row->code, s->after_code);

	return order > 0 || (order == 0 && row->valid_from > s->after_from);
}

static bool is_wanted(const struct code_row *row, const struct code_search *s)
{
	if (!code_row_is_valid(row, s->day) || !begins_with(row->code, s->code) || !is_behind(row, s))
		return false;
	return s->words.len == 0 || begins_with(row->code, s->words) || has_word(row->iso, s->words)
	       || text_has_nocase(row->name_zh, s->words) || text_has_nocase(row->name_en, s->words);
}

int code_search(const struct codebook *c, const struct code_search *s, const struct code_row **found, int most, bool *more)
{
	int count, n = 0;
	const struct code_row *rows = codebook_list(c, s->list, &count);

	*more = false;
	for (int i = 0; i < count && !*more; i++) {
		if (!is_wanted(&rows[i], s))
			continue;
		*more = n == most;
		if (!*more)
			found[n++] = &rows[i];
	}
	return n;
}
