/*
 * Findings: kept up to a limit, and shown where the sender can find them: as a JSON Pointer into its
 * own JSON or as an XPath into its own XML.
 */
#include "model/finding.h"

void findings_init(struct findings *f, struct arena *a)
{
	f->arena = a;
	f->count = 0;
	f->more = 0;
}

void findings_add(struct findings *f, const struct finding *one)
{
	if (f->count == FINDINGS_MAX) {
		f->more++;
		return;
	}
	f->list[f->count++] = *one;
}

bool findings_any(const struct findings *f)
{
	return f->count > 0;
}

/* About the list of lines itself. */
static bool is_about_lines(const struct finding *f)
{
	return f->field == NULL && f->member.at == NULL && f->pointer.at == NULL && (f->rule == RULE_LINES_NONE || f->rule == RULE_LINES_TOO_MANY);
}

/* As RFC 6901 wants a member's name. */
static void put_pointer_name(struct buf *b, struct text name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.at[i] == '~')
			buf_str(b, "~0");
		else if (name.at[i] == '/')
			buf_str(b, "~1");
		else
			buf_char(b, name.at[i]);
	}
}

void finding_put_pointer(struct buf *b, const struct finding *f, const char *prefix)
{
	buf_str(b, prefix);
	buf_text(b, f->pointer);
	if (f->line >= 0) {
		buf_str(b, "/lines/");
		buf_i64(b, f->line);
	}
	if (f->field != NULL) {
		buf_char(b, '/');
		buf_str(b, field_name(f->field->id));
	} else if (f->member.at != NULL) {
		buf_char(b, '/');
		put_pointer_name(b, f->member);
	} else if (is_about_lines(f)) {
		buf_str(b, "/lines");
	}
}

void finding_put_xpath(struct buf *b, const struct finding *f, const struct message_def *def, int node)
{
	buf_str(b, "/CEB");
	buf_i64(b, def->number);
	buf_str(b, "Message");
	if (node < 0) {
		if (f->member.at != NULL) {
			buf_char(b, '/');
			buf_text(b, f->member);
		}
		return;
	}
	buf_char(b, '/');
	buf_str(b, def->node);
	buf_char(b, '[');
	buf_i64(b, (int64_t)node + 1);
	buf_char(b, ']');
	if (f->line >= 0 || is_about_lines(f)) {
		buf_char(b, '/');
		buf_str(b, def->list);
		if (f->line >= 0) {
			buf_char(b, '[');
			buf_i64(b, (int64_t)f->line + 1);
			buf_char(b, ']');
		}
	} else if ((f->field != NULL || f->member.at != NULL) && def->head != NULL && !f->beside_head) {
		buf_char(b, '/');
		buf_str(b, def->head);
	}
	if (f->field != NULL) {
		buf_char(b, '/');
		buf_str(b, f->field->element);
	} else if (f->member.at != NULL) {
		buf_char(b, '/');
		buf_text(b, f->member);
	}
}

static void put_pair(struct buf *b, const char *name, struct text value)
{
	buf_str(b, ",\"");
	buf_str(b, name);
	buf_str(b, "\":");
	buf_json(b, value);
}

void finding_put_json(struct buf *b, const struct finding *f, struct text pointer, bool chinese)
{
	buf_str(b, "{\"pointer\":");
	buf_json(b, pointer);
	put_pair(b, "code", text_of(rule_slug(f->rule)));
	put_pair(b, "rule", text_of(rule_source(f->rule)));
	if (f->field != NULL)
		put_pair(b, "term", text_of(f->field->zh));
	put_pair(b, "detail", text_of(rule_detail(f->rule, chinese)));
	put_pair(b, "remedy", text_of(rule_remedy(f->rule, chinese)));
	if (f->expected != NULL)
		put_pair(b, "expected", text_of(f->expected));
	if (f->got.at != NULL)
		put_pair(b, "got", f->got);
	buf_char(b, '}');
}
