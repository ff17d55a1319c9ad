/* Problem documents: type, title and status from the table of faults, the rest from the case. */
#include "api/problem.h"

#define REGISTRY "https://iana.org/assignments/http-problem-types"

/* Kinds that are known everywhere by the same address; what they mean is told under /problems as well. */
static bool is_registered(enum fault_code code)
{
	return code == FAULT_DIGEST_ALGORITHM || code == FAULT_DIGEST_INVALID || code == FAULT_DIGEST_MISMATCH || code == FAULT_QUOTA;
}

static void put_member(struct buf *b, const char *name, struct text value)
{
	if (value.at == NULL)
		return;
	buf_str(b, ",\"");
	buf_str(b, name);
	buf_str(b, "\":");
	buf_json(b, value);
}

static struct text pointer_of(struct arena *a, const struct problem *p, const struct finding *one)
{
	char prefix[16] = "";
	struct buf b;

	buf_init(&b, a, 96);
	if (p->def != NULL) {
		finding_put_xpath(&b, one, p->def, p->node);
		return buf_as_text(&b);
	}
	if (p->node >= 0) {
		struct buf number;

		buf_init(&number, a, sizeof(prefix));
		buf_char(&number, '/');
		buf_i64(&number, p->node);
		if (!number.full && number.len < sizeof(prefix))
			memcpy(prefix, number.at, number.len + 1);
	}
	finding_put_pointer(&b, one, prefix);
	return buf_as_text(&b);
}

void problem_put_findings(struct buf *b, const struct problem *p)
{
	buf_char(b, '[');
	for (int i = 0; i < p->findings->count; i++) {
		const struct finding *one = &p->findings->list[i];

		if (i > 0)
			buf_char(b, ',');
		finding_put_json(b, one, pointer_of(b->arena, p, one), p->chinese);
	}
	buf_char(b, ']');
}

static void put_errors(struct buf *b, const struct problem *p)
{
	buf_str(b, ",\"errors\":");
	problem_put_findings(b, p);
	if (p->findings->more > 0) {
		buf_str(b, ",\"more_errors\":");
		buf_i64(b, p->findings->more);
	}
}

void problem_put(struct buf *b, const struct problem *p)
{
	char id[ID_TEXT_BYTES];
	struct buf type;

	buf_init(&type, b->arena, p->base.len + 80);
	if (is_registered(p->code))
		buf_str(&type, REGISTRY);
	else
		buf_text(&type, p->base);
	buf_str(&type, is_registered(p->code) ? "#" : "/problems/");
	buf_str(&type, fault_slug(p->code));
	buf_str(b, "{\"type\":");
	buf_json(b, buf_as_text(&type));
	put_member(b, "title", text_of(fault_title(p->code, p->chinese)));
	buf_str(b, ",\"status\":");
	buf_i64(b, fault_http_status(p->code));
	if (p->detail.len > 0)
		put_member(b, "detail", p->detail);
	put_member(b, "instance", p->instance);
	put_member(b, "trace_id", p->trace_id);
	buf_text(b, p->more);
	if (p->first_id != NULL) {
		id_format(p->first_id, id);
		put_member(b, "first_id", text_of(id));
	}
	if (p->findings != NULL && findings_any(p->findings))
		put_errors(b, p);
	buf_char(b, '}');
}

/* Quality of one range of an Accept-Language, in thousandths: "q=1", "q=0.75"; 1000 when it does not say. */
static int quality(struct text parameters)
{
	const char *at = parameters.len == 0 ? NULL : memmem(parameters.at, parameters.len, "q=", 2);
	struct text value;
	int q = 0, scale = 100;

	if (at == NULL)
		return 1000;
	value = (struct text){ at + 2, (size_t)(parameters.at + parameters.len - at - 2) };
	if (value.len > 0 && value.at[0] == '1')
		return 1000;
	for (size_t i = 2; i < value.len && value.at[i] >= '0' && value.at[i] <= '9' && scale > 0; i++, scale /= 10)
		q += (value.at[i] - '0') * scale;
	return q;
}

bool problem_wants_chinese(struct text header)
{
	int chinese = 0, english = 0;

	while (header.len > 0) {
		const char *comma = memchr(header.at, ',', header.len);
		struct text range = { header.at, comma == NULL ? header.len : (size_t)(comma - header.at) };
		const char *semicolon = memchr(range.at, ';', range.len);
		struct text name = text_trim((struct text){ range.at, semicolon == NULL ? range.len : (size_t)(semicolon - range.at) });
		struct text main_name = { name.at, name.len < 2 ? name.len : 2 };
		bool is_language = name.len == 2 || (name.len > 2 && name.at[2] == '-');
		int q = quality((struct text){ name.at + name.len, (size_t)(range.at + range.len - (name.at + name.len)) });

		if (is_language && text_eq_nocase(main_name, TEXT("zh")) && q > chinese)
			chinese = q;
		else if (is_language && text_eq_nocase(main_name, TEXT("en")) && q > english)
			english = q;
		header.at += range.len + (comma != NULL);
		header.len -= range.len + (comma != NULL);
	}
	return chinese > english;
}

bool problem_by_slug(struct text slug, enum fault_code *out)
{
	for (int i = FAULT_NONE + 1; i < FAULT_CONFIG; i++) {
		if (!text_is(slug, fault_slug((enum fault_code)i)))
			continue;
		*out = (enum fault_code)i;
		return true;
	}
	return false;
}
