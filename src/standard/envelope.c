/*
 * The look at the first bytes, and what is said of what was inside.
 *
 * Nearly every message comes bare: for it only the way to its first element, or first member, is walked.
 */
#include "standard/envelope_priv.h"

/* ---- which one it is ---- */

static void pass_spaces(struct text *t)
{
	while (t->len > 0 && envelope_is_space(*t->at)) {
		t->at++;
		t->len--;
	}
}

static bool pass_over(struct text *t, const char *begin, const char *end)
{
	const char *at = text_starts(*t, begin) ? memmem(t->at, t->len, end, strlen(end)) : NULL;

	if (at == NULL)
		return false;
	at += strlen(end);
	t->len -= (size_t)(at - t->at);
	t->at = at;
	return true;
}

static bool is_name_end(char c)
{
	return envelope_is_space(c) || c == '>' || c == '/';
}

/* The local name of the root element; empty where none is seen. Whether all is well is the parser's to say. */
static struct text root_name(struct text t)
{
	struct text name;
	size_t len = 0;

	if (text_starts(t, "\xEF\xBB\xBF")) {
		t.at += 3;
		t.len -= 3;
	}
	do
		pass_spaces(&t);
	while (pass_over(&t, "<?", "?>") || pass_over(&t, "<!--", "-->"));
	if (t.len == 0 || *t.at != '<')
		return TEXT("");
	name = (struct text){ t.at + 1, 0 };
	for (len = 1; len < t.len && !is_name_end(t.at[len]); len++) {
		name.len++;
		if (t.at[len] == ':')
			name = (struct text){ t.at + len + 1, 0 };
	}
	return name;
}

static bool is_relay(struct text t)
{
	pass_spaces(&t);
	if (t.len == 0 || *t.at != '{')
		return false;
	t.at++;
	t.len--;
	pass_spaces(&t);
	return text_starts(t, "\"Message\"");
}

static enum envelope_kind recognise(bool is_xml, struct text body)
{
	struct text root;

	if (!is_xml)
		return is_relay(body) ? ENVELOPE_RELAY : ENVELOPE_NONE;
	root = root_name(body);
	return text_is(root, "DxpMsg") || text_is(root, "DxpMsgSv") ? ENVELOPE_DXP : ENVELOPE_NONE;
}

/* ---- what is inside ---- */

/* "CEB311Message", with or without ".xml", beside the root that is there. */
static bool names_other_message(struct text type, struct text content)
{
	struct text root = root_name(content);

	if (type.len == 0 || root.len == 0)
		return false;
	if (type.len > 4 && text_eq_nocase((struct text){ type.at + type.len - 4, 4 }, TEXT(".xml")))
		type.len -= 4;
	return !text_eq_nocase(type, root);
}

bool envelope_open(struct arena *a, bool is_xml, struct text body, struct envelope *out, struct fault *f)
{
	struct fault why = { 0 };
	struct opening o = { a, out, &why, is_xml ? FAULT_BAD_XML : FAULT_BAD_JSON };

	*out = (struct envelope){ .kind = recognise(is_xml, body), .is_xml = is_xml, .content = body };
	if (out->kind == ENVELOPE_NONE)
		return true;
	out->is_xml = true;
	if (!(out->kind == ENVELOPE_DXP ? envelope_open_dxp(&o, body) : envelope_open_relay(&o, body))) {
		if (out->code == EXCHANGE_TAKEN) /* the parser's own words */
			out->code = EXCHANGE_BAD_FORMAT;
		return fault_set(f, why.code, "exchange code %04d: %s", (int)out->code, why.text);
	}
	out->type_differs = names_other_message(out->type, out->content);
	return true;
}
