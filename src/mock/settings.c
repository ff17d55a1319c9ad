/*
 * What can be set at an authority: how it behaves, its rules, its registers, its chaos. One list of names for the API, the
 * journal and the start options; each is JSON both ways.
 */
#include <stdio.h>

#include "mock/mock.h"

static const char *const fixed[] = { "behaviour", "query-behaviour", "exceptions", "rules", "chaos" };

const char *setting_name(int i, char out[64])
{
	const struct query_def *def;

	if (i < (int)COUNTOF(fixed))
		return fixed[i];
	def = query_def_at(i - (int)COUNTOF(fixed));
	if (def == NULL)
		return NULL;
	(void)snprintf(out, 64, "registers/%s", def->name);
	return out;
}

/* NULL: there is no such register here. */
static struct mock_register *register_of(const struct mock_authority *m, struct text what, const struct query_def **def)
{
	bool is_register = text_starts(what, "registers/");

	*def = is_register ? query_def(m->authority, (struct text){ what.at + 10, what.len - 10 }) : NULL;
	for (int i = 0; *def != NULL && query_def_at(i) != NULL; i++)
		if (query_def_at(i) == *def)
			return (struct mock_register *)(uintptr_t)&m->registers[i];
	return NULL;
}

bool setting_is_known(const struct mock_authority *m, struct text what)
{
	const struct query_def *def;
	bool is_known = register_of(m, what, &def) != NULL;

	for (size_t i = 0; i < COUNTOF(fixed) && !is_known; i++)
		is_known = text_is(what, fixed[i]);
	return is_known;
}

bool setting_put(struct mock_authority *m, struct text what, struct text json, int64_t now_us, struct fault *f)
{
	const struct query_def *def;
	struct mock_register *r = register_of(m, what, &def);
	struct arena a;
	bool good;

	if (r != NULL)
		return register_put(r, def, json, now_us, f);
	if (text_is(what, "rules"))
		return rules_set(&m->rules, json, f);
	if (text_is(what, "exceptions"))
		return exception_set_all(m, json, f);
	arena_init(&a, 65536);
	if (text_is(what, "behaviour"))
		good = behaviour_set(&m->behaviour, &a, json, f);
	else if (text_is(what, "query-behaviour"))
		good = behaviour_set(&m->query_behaviour, &a, json, f);
	else if (text_is(what, "chaos"))
		good = chaos_set(&m->chaos, &a, json, f);
	else
		good = fault_set(f, FAULT_NOT_FOUND, TEXT_FMT ": there is no such setting", TEXT_ARG(what));
	arena_done(&a);
	return good;
}

bool setting_show(struct buf *b, const struct mock_authority *m, struct text what)
{
	const struct query_def *def;
	const struct mock_register *r = register_of(m, what, &def);

	if (r != NULL)
		register_show(b, r, def);
	else if (text_is(what, "behaviour"))
		behaviour_put(b, &m->behaviour);
	else if (text_is(what, "query-behaviour"))
		behaviour_put(b, &m->query_behaviour);
	else if (text_is(what, "exceptions"))
		exception_put_all(b, m);
	else if (text_is(what, "rules"))
		rules_put(b, &m->rules);
	else if (text_is(what, "chaos"))
		chaos_put(b, &m->chaos);
	else
		return false;
	return true;
}

bool setting_clear(struct mock_authority *m, struct text what)
{
	const struct query_def *def;
	struct mock_register *r = register_of(m, what, &def);

	if (r != NULL)
		register_clear(r);
	else if (text_is(what, "behaviour"))
		behaviour_default(&m->behaviour);
	else if (text_is(what, "query-behaviour"))
		behaviour_default(&m->query_behaviour);
	else if (text_is(what, "exceptions"))
		exception_forget(m);
	else if (text_is(what, "rules"))
		rules_forget(&m->rules);
	else if (text_is(what, "chaos"))
		m->chaos = (struct chaos){ .seed = 0 };
	else
		return false;
	return true;
}
