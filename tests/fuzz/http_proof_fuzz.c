/* Any bytes as structured fields, and as the fields of a signature: what is read is written in a form that reads the same, and a
 * signature that is found has a base. Cut at the first NUL: Signature-Input, Signature. */
#include "fuzz.h"
#include "standard/content_digest.h"
#include "standard/http_proof.h"

static void fuzz_item(struct arena *a, struct text field)
{
	struct sf_member m, again;
	struct buf first, second;

	if (!sf_read_item(a, field, &m))
		return;
	buf_init(&first, a, 64);
	buf_init(&second, a, 64);
	sf_put_member(&first, &m);
	if (first.full)
		return;
	fuzz_must(sf_read_item(a, buf_as_text(&first), &again) || a->full);
	if (a->full)
		return;
	sf_put_member(&second, &again);
	fuzz_must(second.full || text_eq(buf_as_text(&first), buf_as_text(&second)));
}

static void put_list(struct buf *b, const struct sf_list *list, bool has_keys)
{
	for (int i = 0; i < list->count; i++) {
		buf_str(b, i == 0 ? "" : ", ");
		if (has_keys) {
			buf_text(b, list->list[i].key);
			buf_char(b, '=');
		}
		sf_put_member(b, &list->list[i]);
	}
}

static void fuzz_list(struct arena *a, struct text field, bool has_keys)
{
	struct sf_list list, again;
	struct buf first, second;

	if (!(has_keys ? sf_read_dictionary(a, field, &list) : sf_read_list(a, field, &list)))
		return;
	buf_init(&first, a, 64);
	buf_init(&second, a, 64);
	put_list(&first, &list, has_keys);
	if (first.full)
		return;
	fuzz_must((has_keys ? sf_read_dictionary(a, buf_as_text(&first), &again) : sf_read_list(a, buf_as_text(&first), &again)) || a->full);
	if (a->full)
		return;
	fuzz_must(again.count == list.count);
	put_list(&second, &again, has_keys);
	fuzz_must(second.full || text_eq(buf_as_text(&first), buf_as_text(&second)));
}

static struct text value_of(void *arg, struct text name)
{
	(void)arg;
	return name.len > 0 && name.at[0] == '@' ? TEXT("value") : (struct text){ NULL, 0 };
}

static void fuzz_proof(struct arena *a, struct text input, struct text signature)
{
	struct http_proof p;
	struct fault f = { 0 };
	struct buf base;

	if (!http_proof_find(a, input, signature, "t", &p, &f)) {
		fuzz_must(f.code == FAULT_SIGNATURE);
		return;
	}
	if (p.input == NULL)
		return;
	buf_init(&base, a, 256);
	if (http_proof_put_base(&base, &p, value_of, NULL, &f))
		fuzz_must(base.full || memmem(base.at, base.len, "\"@signature-params\": (", 22) != NULL);
	else
		fuzz_must(f.code == FAULT_SIGNATURE && text_utf8_length(text_of(f.text)) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *nul = size == 0 ? NULL : memchr(at, '\0', size);
	struct text input = { at, nul == NULL ? size : (size_t)(nul - at) }, signature = { nul == NULL ? at : nul + 1, nul == NULL ? 0 : size - input.len - 1 };
	struct fault f = { 0 };
	struct arena a;
	struct text more;

	arena_init(&a, FUZZ_ARENA_BYTES);
	fuzz_item(&a, input);
	fuzz_list(&a, input, false);
	fuzz_list(&a, input, true);
	fuzz_proof(&a, input, signature);
	(void)!content_digest_check(&a, input, signature, &more, &f);
	fuzz_must(more.at == NULL || text_utf8_length(more) >= 0);
	arena_done(&a);
	return 0;
}
