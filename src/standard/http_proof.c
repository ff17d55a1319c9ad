#include "standard/http_proof.h"

static struct text text_param(const struct sf_member *m, const char *name)
{
	const struct sf_bare *bare = sf_param(&m->params, name);

	return bare == NULL || bare->kind != SF_STRING ? (struct text){ NULL, 0 } : bare->text;
}

static int64_t time_param(const struct sf_member *m, const char *name)
{
	const struct sf_bare *bare = sf_param(&m->params, name);

	return bare == NULL || bare->kind != SF_INTEGER ? INT64_MIN : bare->number;
}

/* A parameter of another kind than it must have is not taken for one that is missing. */
static bool check_params(const struct sf_member *m, struct fault *f)
{
	static const char *const texts[] = { "keyid", "nonce", "alg", "tag" }, *const times[] = { "created", "expires" };

	for (size_t i = 0; i < COUNTOF(texts); i++) {
		const struct sf_bare *bare = sf_param(&m->params, texts[i]);

		if (bare != NULL && bare->kind != SF_STRING)
			return fault_set(f, FAULT_SIGNATURE, "the signature's parameter %s is a text in quotes", texts[i]);
	}
	for (size_t i = 0; i < COUNTOF(times); i++) {
		const struct sf_bare *bare = sf_param(&m->params, times[i]);

		if (bare != NULL && bare->kind != SF_INTEGER)
			return fault_set(f, FAULT_SIGNATURE, "the signature's parameter %s is a number of seconds", times[i]);
	}
	return true;
}

static const struct sf_member *find_tag(const struct sf_list *inputs, const char *tag)
{
	for (int i = 0; i < inputs->count; i++)
		if (inputs->list[i].is_inner && text_is(text_param(&inputs->list[i], "tag"), tag))
			return &inputs->list[i];
	return NULL;
}

static const struct sf_member *find_label(const struct sf_list *list, struct text label)
{
	for (int i = 0; i < list->count; i++)
		if (text_eq(list->list[i].key, label))
			return &list->list[i];
	return NULL;
}

bool http_proof_find(struct arena *a, struct text signature_input, struct text signature, const char *tag, struct http_proof *out, struct fault *f)
{
	struct sf_list inputs, signatures;
	const struct sf_member *m, *value;

	*out = (struct http_proof){ .input = NULL };
	if (!sf_read_dictionary(a, signature_input, &inputs) || !sf_read_dictionary(a, signature, &signatures))
		return fault_set(f, FAULT_SIGNATURE, "Signature-Input and Signature are no structured fields (RFC 9421)");
	m = find_tag(&inputs, tag);
	if (m == NULL)
		return true;
	for (int i = 0; i < m->item_count; i++)
		if (m->items[i].bare.kind != SF_STRING)
			return fault_set(f, FAULT_SIGNATURE, "the components of a signature are names in quotes");
	if (!check_params(m, f))
		return false;
	value = find_label(&signatures, m->key);
	if (value == NULL || value->is_inner || value->bare.kind != SF_BYTES)
		return fault_set(f, FAULT_SIGNATURE, "Signature has no value under the label that Signature-Input names");
	*out = (struct http_proof){
		.input = m, .signature = value->bare.text, .key_id = text_param(m, "keyid"), .nonce = text_param(m, "nonce"),
		.algorithm = text_param(m, "alg"), .created_s = time_param(m, "created"), .expires_s = time_param(m, "expires"),
	};
	return true;
}

bool http_proof_covers(const struct http_proof *p, const char *name)
{
	for (int i = 0; i < p->input->item_count; i++)
		if (p->input->items[i].params.count == 0 && text_is(p->input->items[i].bare.text, name))
			return true;
	return false;
}

static bool put_component(struct buf *b, const struct http_proof *p, int at, http_component_fn *value, void *arg, struct fault *f)
{
	const struct sf_member *m = &p->input->items[at];
	struct text name = m->bare.text, t;

	for (int i = 0; i < at; i++)
		if (text_eq(p->input->items[i].bare.text, name))
			return fault_set(f, FAULT_SIGNATURE, "the signature covers \"" TEXT_FMT "\" twice", TEXT_ARG(name));
	if (m->params.count > 0)
		return fault_set(f, FAULT_SIGNATURE, "the component \"" TEXT_FMT "\" is taken without parameters only", TEXT_ARG(name));
	t = value(arg, name);
	if (t.at == NULL)
		return fault_set(f, FAULT_SIGNATURE, "the signature covers \"" TEXT_FMT "\", which the request does not have", TEXT_ARG(name));
	sf_put_bare(b, &m->bare);
	buf_str(b, ": ");
	buf_text(b, t);
	buf_char(b, '\n');
	return true;
}

bool http_proof_put_base(struct buf *b, const struct http_proof *p, http_component_fn *value, void *arg, struct fault *f)
{
	for (int i = 0; i < p->input->item_count; i++)
		if (!put_component(b, p, i, value, arg, f))
			return false;
	buf_str(b, "\"@signature-params\": ");
	sf_put_member(b, p->input);
	return true;
}
