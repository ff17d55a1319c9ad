#include "standard/redact.h"

#include "standard/json_scan.h"

enum { MEMBERS_MAX = 64 };

struct named { /* a member of an authority's JSON */
	struct text section, member;
	enum field field;
};

struct walk { /* through JSON */
	struct redaction *r;
	struct json_scan scan;
	struct buf out;
	const struct named *names;  /* NULL: members are called as the fields are */
	int name_count;
	struct text section;        /* absent: the message itself */
	bool is_first;              /* no member was put yet */
	int depth;
};

struct text redact_value(struct redaction *r, enum field f, struct text value)
{
	enum personal_form form = personal_is_guarded(f) ? r->form_of(r->arg, f) : PERSONAL_FULL;

	if (personal_is_guarded(f) && form == PERSONAL_FULL && value.len > 0)
		r->met[f] = true;
	return personal_show(r->arena, f, form, value, r->secret);
}

/* --- JSON -------------------------------------------------------------------------------------------------------------- */

static enum field field_of(const struct walk *w, struct text name)
{
	if (w->names == NULL)
		return w->depth == 1 ? field_by_name(name) : FIELD_NONE; /* lines hold goods */
	for (int i = 0; i < w->name_count; i++)
		if (text_eq(w->names[i].member, name) && text_eq(w->names[i].section, w->section))
			return w->names[i].field;
	return FIELD_NONE;
}

static void put_name(struct walk *w, struct text name)
{
	if (!w->is_first)
		buf_char(&w->out, ',');
	w->is_first = false;
	buf_json(&w->out, name);
	buf_char(&w->out, ':');
}

static bool put_object(struct walk *w);

static bool on_member(void *arg, struct text name)
{
	struct walk *w = arg;
	enum field f = field_of(w, name);
	char next = json_scan_peek(&w->scan);
	const char *begin = w->scan.at;
	struct text value;

	if (f != FIELD_NONE && personal_is_guarded(f) && next == '"') {
		if (!json_scan_string(&w->scan, &value))
			return false;
		value = redact_value(w->r, f, value);
		if (value.at != NULL) {
			put_name(w, name);
			buf_json(&w->out, value);
		}
		return true;
	}
	put_name(w, name);
	if (next == '{' && w->depth == 1) {
		w->section = name;
		return put_object(w);
	}
	if (!json_scan_skip(&w->scan))
		return false;
	buf_put(&w->out, begin, (size_t)(w->scan.at - begin));
	return true;
}

static bool put_object(struct walk *w)
{
	bool good;

	w->depth++;
	w->is_first = true;
	buf_char(&w->out, '{');
	good = json_scan_object(&w->scan, on_member, w);
	buf_char(&w->out, '}');
	w->is_first = false;
	w->section = (struct text){ NULL, 0 };
	w->depth--;
	return good;
}

static bool walk_json(struct walk *w, struct text json, struct text *out, struct fault *f)
{
	w->scan = (struct json_scan){ w->r->arena, json.at, json.at, json.at + json.len, 0, f };
	buf_init(&w->out, w->r->arena, json.len + 256);
	if (!put_object(w) || !json_scan_end(&w->scan))
		return false;
	*out = buf_as_text(&w->out);
	return !w->out.full || fault_set(f, FAULT_BUSY, "no memory for a document");
}

bool redact_document(struct redaction *r, struct text canonical, struct text *out, struct fault *f)
{
	struct walk w = { .r = r };

	return walk_json(&w, canonical, out, f);
}

static bool is_named(const struct named *names, int count, const struct form_row *row)
{
	for (int i = 0; i < count; i++)
		if (text_eq(names[i].member, row->member) && text_eq(names[i].section, row->section))
			return true;
	return false;
}

/* Members that take data of a person by any row of the authority, of whatever day. */
static int name_members(enum authority a, const struct codebook *book, struct named out[MEMBERS_MAX])
{
	int count = 0, forms = 0;
	const struct authority_form *list = codebook_forms(book, a, &forms);

	for (int i = 0; i < forms; i++) {
		for (int k = 0; k < list[i].entry_count && count < MEMBERS_MAX; k++) {
			const struct form_row *row = list[i].entries[k].row;

			if (row->from == TAKE_FIELD && personal_is_guarded(row->field) && !is_named(out, count, row))
				out[count++] = (struct named){ row->section, row->member, row->field };
		}
	}
	return count;
}

/* --- XML of customs ------------------------------------------------------------------------------------------------------ */

/* The field that an element holds in any message, if it is data of a person. */
static enum field field_of_element(struct text element)
{
	static const struct { enum doc_kind kind; enum direction direction; } messages[] = {
		{ DOC_INVENTORY, DIR_IMPORT }, { DOC_INVENTORY, DIR_EXPORT }, { DOC_CANCELLATION, DIR_IMPORT }, { DOC_CANCELLATION, DIR_EXPORT },
	};

	for (size_t i = 0; i < COUNTOF(messages); i++) {
		const struct message_def *def = message_def(messages[i].kind, messages[i].direction);
		int at = def == NULL ? -1 : field_index_of_element(def, element);

		if (at >= 0 && personal_is_guarded(def->fields[at].id))
			return def->fields[at].id;
	}
	return FIELD_NONE;
}

/* From a start tag's '<' on: its name without prefix; false: it is none. */
static bool read_tag(struct text xml, size_t at, struct text *name, size_t *end)
{
	const char *close = memchr(xml.at + at, '>', xml.len - at), *colon;
	size_t n;

	if (close == NULL || xml.at[at + 1] == '/' || xml.at[at + 1] == '?' || xml.at[at + 1] == '!' || close[-1] == '/')
		return false;
	for (n = at + 1; n < xml.len && strchr(" \t\r\n>/", xml.at[n]) == NULL; n++)
		;
	*name = (struct text){ xml.at + at + 1, n - at - 1 };
	colon = memchr(name->at, ':', name->len);
	if (colon != NULL)
		*name = (struct text){ colon + 1, (size_t)(name->at + name->len - colon - 1) };
	*end = (size_t)(close - xml.at) + 1;
	return true;
}

/* Our own messages have no CDATA, and only the entities that writing makes. */
static struct text unescaped(struct arena *a, struct text t)
{
	static const struct { const char *entity; char c; } entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&#xD;", '\r' } };
	struct buf b;

	if (t.len == 0 || memchr(t.at, '&', t.len) == NULL)
		return t;
	buf_init(&b, a, t.len + 1);
	for (size_t at = 0; at < t.len;) {
		size_t len = 1;
		char c = t.at[at];

		for (size_t i = 0; c == '&' && len == 1 && i < COUNTOF(entities); i++)
			if (text_starts((struct text){ t.at + at, t.len - at }, entities[i].entity)) {
				len = strlen(entities[i].entity);
				c = entities[i].c;
			}
		buf_char(&b, c);
		at += len;
	}
	return buf_as_text(&b);
}

static bool redact_xml(struct redaction *r, struct text xml, struct text *out, struct fault *f)
{
	struct buf b;
	size_t kept = 0, end;
	struct text name;

	buf_init(&b, r->arena, xml.len + 1);
	for (size_t at = 0; at + 1 < xml.len; at++) {
		enum field field;
		const char *next;

		if (xml.at[at] != '<' || !read_tag(xml, at, &name, &end) || (field = field_of_element(name)) == FIELD_NONE)
			continue;
		next = memchr(xml.at + end, '<', xml.len - end);
		if (next == NULL)
			return fault_set(f, FAULT_DAMAGED, "a message that was sent is cut short");
		buf_put(&b, xml.at + kept, end - kept);
		kept = (size_t)(next - xml.at);
		buf_xml_text(&b, redact_value(r, field, unescaped(r->arena, (struct text){ xml.at + end, kept - end })));
	}
	buf_put(&b, xml.at + kept, xml.len - kept);
	*out = buf_as_text(&b);
	return !b.full || fault_set(f, FAULT_BUSY, "no memory for a message");
}

bool redact_sent(struct redaction *r, enum authority a, const struct codebook *book, struct text message, struct text *out, struct fault *f)
{
	struct named names[MEMBERS_MAX];
	struct walk w = { .r = r, .names = names };

	if (message.len > 0 && message.at[0] == '<')
		return redact_xml(r, message, out, f);
	if (book == NULL)
		return fault_set(f, FAULT_STORE_DOWN, "rules are not read yet");
	w.name_count = name_members(a, book, names);
	return walk_json(&w, message, out, f);
}
