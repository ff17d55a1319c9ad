/* A file's bytes, to documents that were checked: by its first character, its name, and what the envelope says. */
#include "ctl/message_file.h"

#include <string.h>

#include "base/gzip.h"
#include "standard/envelope.h"

enum { ARENA_BYTES = 1 << 30, FILE_BYTES_MAX = 64 << 20 };

static bool ends_in(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

static bool is_by_lines(const char *path)
{
	return ends_in(path, ".ndjson") || ends_in(path, ".jsonl") || ends_in(path, ".ndjson.gz") || ends_in(path, ".jsonl.gz");
}

static void read_one(struct message_file *m, int i, struct text body, enum strictness how, const struct codebook *book, int32_t day)
{
	struct message *one = &m->messages[i];
	struct fault *f = &m->faults[i];

	if (!(m->is_xml ? message_read_ceb(&m->arena, body, how, one, f) : message_read_json(&m->arena, body, one, f)))
		return;
	message_check(&m->arena, one, book, day);
	if (m->arena.full)
		(void)fault_set(f, FAULT_BUSY, "the file needs more memory than this program takes");
}

static bool make_room(struct message_file *m, int count)
{
	m->messages = arena_zalloc(&m->arena, sizeof(*m->messages) * (size_t)count);
	m->faults = arena_zalloc(&m->arena, sizeof(*m->faults) * (size_t)count);
	m->lines = arena_zalloc(&m->arena, sizeof(*m->lines) * (size_t)count);
	m->count = count;
	return m->messages != NULL && m->faults != NULL && m->lines != NULL;
}

static int count_lines(struct text t)
{
	int count = 1;

	for (size_t i = 0; i < t.len; i++)
		count += t.at[i] == '\n';
	return count;
}

static bool read_lines(struct message_file *m, enum strictness how, const struct codebook *book, int32_t day)
{
	const char *at = m->content.at, *end = at + m->content.len;
	int line = 0, count = 0;

	if (!make_room(m, count_lines(m->content)))
		return false;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct text one = { at, (size_t)((stop == NULL ? end : stop) - at) };

		line++;
		at = stop == NULL ? end : stop + 1;
		if (text_trim(one).len == 0)
			continue;
		m->lines[count] = line;
		read_one(m, count++, one, how, book, day);
	}
	m->count = count;
	return true;
}

bool message_file_read(struct message_file *m, const char *path, enum strictness how, const struct codebook *book, int32_t day,
                       struct fault *f)
{
	struct envelope e;
	struct text first;

	*m = (struct message_file){ .count = 0 };
	arena_init(&m->arena, ARENA_BYTES);
	if (!ctl_read_file(&m->arena, path, FILE_BYTES_MAX, &m->content, f))
		return false;
	if (text_starts(m->content, "\x1f\x8b") && !gzip_inflate(&m->arena, m->content, FILE_BYTES_MAX, &m->content, f))
		return false;
	first = text_trim(m->content);
	if (text_starts(first, "\xEF\xBB\xBF"))
		first.at += 3;
	m->is_xml = text_starts(first, "<");
	if (!m->is_xml && is_by_lines(path))
		return read_lines(m, how, book, day) || fault_set(f, FAULT_BUSY, "%.120s: no memory", path);
	if (!envelope_open(&m->arena, m->is_xml, m->content, &e, f))
		return false;
	m->content = e.content;
	m->is_xml = e.is_xml;
	if (!make_room(m, 1))
		return fault_set(f, FAULT_BUSY, "%.120s: no memory", path);
	read_one(m, 0, m->content, how, book, day);
	return true;
}

void message_file_done(struct message_file *m)
{
	arena_done(&m->arena);
}
