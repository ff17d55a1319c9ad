#include "ctl/table.h"

#include <assert.h>
#include <stdio.h>

#include "base/clock.h"

void table_begin(struct table *t, struct arena *a, const char *const *columns, int count)
{
	assert(count <= TABLE_COLUMNS_MAX);
	*t = (struct table){ .arena = a, .columns = columns, .column_count = count };
}

static void add(struct table *t, struct text value, bool is_number)
{
	if (t->cell_count == t->room) {
		int room = t->room == 0 ? 64 : 2 * t->room;
		struct table_cell *more = arena_alloc(t->arena, sizeof(*more) * (size_t)room);

		if (more == NULL)
			return;
		if (t->cell_count > 0)
			memcpy(more, t->cells, sizeof(*more) * (size_t)t->cell_count);
		t->cells = more;
		t->room = room;
	}
	t->cells[t->cell_count].text = value.at == NULL ? value : text_dup(t->arena, value);
	t->cells[t->cell_count++].is_number = is_number;
}

void table_text(struct table *t, struct text value)
{
	add(t, value, false);
}

void table_int(struct table *t, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%lld", (long long)value);
	add(t, text_of(digits), true);
}

void table_time(struct table *t, const struct db_rows *r, int row, int col)
{
	char text[CLOCK_RFC3339_BYTES];

	if (db_is_null(r, row, col)) {
		add(t, (struct text){ NULL, 0 }, false);
		return;
	}
	clock_rfc3339(db_get_time(r, row, col), 0, text);
	add(t, text_of(text), false);
}

/* Columns on a terminal: Chinese characters take two. */
static int width_of(struct text t)
{
	long characters = text_utf8_length(t), wide = 0;

	for (size_t i = 0; i < t.len; i++)
		wide += (unsigned char)t.at[i] >= 0xE3 && (unsigned char)t.at[i] <= 0xEC;
	return (int)((characters < 0 ? (long)t.len : characters) + wide);
}

static void put_plain(const struct table *t)
{
	int widths[TABLE_COLUMNS_MAX];

	for (int c = 0; c < t->column_count; c++)
		widths[c] = width_of(text_of(t->columns[c]));
	for (int i = 0; i < t->cell_count; i++) {
		int width = width_of(t->cells[i].text);

		if (width > widths[i % t->column_count])
			widths[i % t->column_count] = width;
	}
	for (int i = -t->column_count; i < t->cell_count; i++) {
		int c = (i + t->column_count) % t->column_count;
		bool is_last = c == t->column_count - 1;
		struct text cell = i < 0 ? text_of(t->columns[c]) : t->cells[i].text;
		int pad = widths[c] - width_of(cell);

		(void)printf(i >= 0 && t->cells[i].is_number ? "%*s" TEXT_FMT "%s" : "%.*s" TEXT_FMT "%s", i >= 0 && t->cells[i].is_number ? pad : 0, "",
		             TEXT_ARG(cell), is_last ? "\n" : "");
		if (!is_last)
			(void)printf("%*s", (i >= 0 && t->cells[i].is_number ? 0 : pad) + 2, "");
	}
}

static void put_json(const struct table *t, struct buf *b)
{
	buf_char(b, '[');
	for (int i = 0; i < t->cell_count; i++) {
		int c = i % t->column_count;

		buf_str(b, c > 0 ? "," : i > 0 ? "},\n {" : "{");
		buf_json(b, text_of(t->columns[c]));
		buf_char(b, ':');
		if (t->cells[i].is_number)
			buf_text(b, t->cells[i].text);
		else
			buf_json(b, t->cells[i].text);
	}
	buf_str(b, t->cell_count > 0 ? "}]\n" : "]\n");
}

bool table_end(struct table *t, bool as_json)
{
	struct buf b;

	assert(t->arena->full || t->cell_count % t->column_count == 0);
	if (!t->arena->full && as_json) {
		buf_init(&b, t->arena, 4096);
		put_json(t, &b);
		(void)fwrite(b.at, 1, b.len, stdout);
	} else if (!t->arena->full) {
		put_plain(t);
	}
	return !t->arena->full && fflush(stdout) == 0;
}
