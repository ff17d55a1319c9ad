/* Reading is strict and needs no memory: each line is looked at once, from the front. */
#include "model/checkpoint.h"

#include "base/clock.h"

#define DASH "\xe2\x80\x94 " /* begins a line of signature */

enum { KEY_NAME_BYTES = 4, STAMP_BYTES = 8 };

static struct text bytes_of(const void *at, size_t len)
{
	return (struct text){ at, len };
}

bool checkpoint_name_is_good(struct text name)
{
	if (name.len == 0 || name.len > CHECKPOINT_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.at[i] <= ' ' || name.at[i] == '+' || name.at[i] == 0x7f)
			return false;
	return true;
}

enum note_key { NOTE_KEY_LOG = 1, NOTE_KEY_WITNESS = 4 };

/* SHA-256 over name, line feed, kind and key begins with it. */
static void name_key(struct text name, enum note_key kind, const uint8_t public_key[PUBLIC_KEY_BYTES], uint8_t out[KEY_NAME_BYTES])
{
	const char mark[] = { '\n', (char)kind };
	const struct text parts[] = { name, bytes_of(mark, sizeof(mark)), bytes_of(public_key, PUBLIC_KEY_BYTES) };
	struct sha256 h = sha256_of_parts(parts, COUNTOF(parts));

	memcpy(out, h.b, KEY_NAME_BYTES);
}

bool checkpoint_sign(struct buf *b, const struct checkpoint *c, struct signer *s)
{
	uint8_t key[PUBLIC_KEY_BYTES], line[KEY_NAME_BYTES + SIGNATURE_BYTES];
	char at[CLOCK_RFC3339_BYTES];
	size_t begin = b->len;

	clock_rfc3339(c->at_us, 6, at);
	buf_text(b, c->origin);
	buf_printf(b, "\n%llu\n", (unsigned long long)c->size);
	buf_base64(b, c->root.b, sizeof(c->root.b));
	buf_printf(b, "\ntime %s\n", at);
	signer_public(s, key);
	name_key(c->origin, NOTE_KEY_LOG, key, line);
	if (b->full || !signer_sign(s, bytes_of(b->at + begin, b->len - begin), line + KEY_NAME_BYTES))
		return false;
	buf_str(b, "\n" DASH);
	buf_text(b, c->origin);
	buf_char(b, ' ');
	buf_base64(b, line, sizeof(line));
	buf_char(b, '\n');
	return !b->full;
}

/* A line without its line feed, which must be there. */
static bool take_line(struct text *rest, struct text *line)
{
	const char *end = rest->len == 0 ? NULL : memchr(rest->at, '\n', rest->len);

	if (end == NULL)
		return false;
	*line = bytes_of(rest->at, (size_t)(end - rest->at));
	rest->at += line->len + 1;
	rest->len -= line->len + 1;
	return true;
}

static bool read_size(struct text t, uint64_t *out)
{
	int64_t n;

	if (t.len == 0 || t.len > 18 || t.at[0] < '0' || t.at[0] > '9' || (t.at[0] == '0' && t.len > 1) || !text_to_i64(t, &n))
		return false;
	*out = (uint64_t)n;
	return true;
}

static bool are_lines_of_signatures(struct text lines)
{
	struct text line;

	while (take_line(&lines, &line))
		if (!text_starts(line, DASH))
			return false;
	return lines.len == 0;
}

/* Up to the empty line, which follows *body; *lines is what stands behind it. */
static bool split(struct text note, struct text *body, struct text *lines)
{
	struct text rest = note, line;

	if (note.len > CHECKPOINT_BYTES_MAX)
		return false;
	while (take_line(&rest, &line)) {
		if (line.len == 0) {
			*body = bytes_of(note.at, (size_t)(line.at - note.at));
			*lines = rest;
			return are_lines_of_signatures(rest);
		}
	}
	return false;
}

bool checkpoint_read(struct text note, struct checkpoint *out, struct fault *f)
{
	struct text body, lines, size, root, line;
	struct checkpoint c = { .at_us = INT64_MIN };

	if (!split(note, &body, &lines))
		return fault_set(f, FAULT_BAD_REQUEST, "no checkpoint: an empty line, then nothing but lines of signatures");
	if (!take_line(&body, &c.origin) || !take_line(&body, &size) || !take_line(&body, &root) || !checkpoint_name_is_good(c.origin))
		return fault_set(f, FAULT_BAD_REQUEST, "no checkpoint: it begins with name, size and root, a line each");
	if (!read_size(size, &c.size) || root.len != 44 || base64_decode(root, c.root.b, sizeof(c.root.b)) != (long)sizeof(c.root.b))
		return fault_set(f, FAULT_BAD_REQUEST, "no checkpoint: size or root cannot be read");
	while (take_line(&body, &line)) {
		if (text_starts(line, "time ") && !clock_parse_rfc3339(bytes_of(line.at + 5, line.len - 5), &c.at_us))
			return fault_set(f, FAULT_BAD_REQUEST, "no checkpoint: its time cannot be read");
	}
	*out = c;
	return true;
}

/* "— name base64" of exactly these bytes behind the key's mark. */
static bool read_line(struct text line, struct text name, const uint8_t mark[KEY_NAME_BYTES], uint8_t *out, size_t size)
{
	uint8_t bytes[KEY_NAME_BYTES + STAMP_BYTES + SIGNATURE_BYTES];
	size_t before = sizeof(DASH) - 1 + name.len + 1, want = KEY_NAME_BYTES + size;

	if (line.len <= before || !text_starts(line, DASH) || memcmp(line.at + sizeof(DASH) - 1, name.at, name.len) != 0 || line.at[before - 1] != ' ')
		return false;
	if (base64_decode(bytes_of(line.at + before, line.len - before), bytes, want) != (long)want || memcmp(bytes, mark, KEY_NAME_BYTES) != 0)
		return false;
	memcpy(out, bytes + KEY_NAME_BYTES, size);
	return true;
}

bool checkpoint_is_signed(struct text note, const uint8_t public_key[PUBLIC_KEY_BYTES])
{
	uint8_t mark[KEY_NAME_BYTES], signature[SIGNATURE_BYTES];
	struct text body, lines, line;
	struct checkpoint c;

	if (!split(note, &body, &lines) || !checkpoint_read(note, &c, &(struct fault){ 0 }))
		return false;
	name_key(c.origin, NOTE_KEY_LOG, public_key, mark);
	while (take_line(&lines, &line)) {
		if (read_line(line, c.origin, mark, signature, sizeof(signature)) && signature_verify(public_key, body, signature))
			return true;
	}
	return false;
}

/* What a witness signs: a line of its own, its time, then the note's body. */
static bool verify_cosigned(struct text body, int64_t at_s, const uint8_t public_key[PUBLIC_KEY_BYTES], const uint8_t *signature)
{
	struct arena a;
	struct buf all;
	bool good;

	arena_init(&a, CHECKPOINT_BYTES_MAX + 4096);
	buf_init(&all, &a, body.len + 64);
	buf_printf(&all, "cosignature/v1\ntime %lld\n", (long long)at_s);
	buf_text(&all, body);
	good = !all.full && signature_verify(public_key, buf_as_text(&all), signature);
	arena_done(&a);
	return good;
}

bool checkpoint_cosignature(struct text note, struct text line, struct text name, const uint8_t public_key[PUBLIC_KEY_BYTES], int64_t *at_s,
                            struct fault *f)
{
	uint8_t mark[KEY_NAME_BYTES], bytes[STAMP_BYTES + SIGNATURE_BYTES];
	struct text body, lines;
	uint64_t at = 0;

	name_key(name, NOTE_KEY_WITNESS, public_key, mark);
	if (!split(note, &body, &lines))
		return fault_set(f, FAULT_BAD_REQUEST, "no checkpoint: an empty line, then nothing but lines of signatures");
	if (!read_line(line, name, mark, bytes, sizeof(bytes)))
		return fault_set(f, FAULT_BAD_REQUEST, "a cosignature is the line of a note: dash, the witness's name, base64 of the key's four bytes, "
		                                       "eight of time and the signature");
	for (int i = 0; i < STAMP_BYTES; i++)
		at = at << 8 | bytes[i];
	if (at > INT64_MAX / US_PER_S || !verify_cosigned(body, (int64_t)at, public_key, bytes + STAMP_BYTES))
		return fault_set(f, FAULT_RULE_BROKEN, "the signature does not fit the checkpoint, the time and the witness's key");
	*at_s = (int64_t)at;
	return true;
}
