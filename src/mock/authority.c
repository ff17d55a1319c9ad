/* One of the twelve: its beginning and its end. */
#include "mock/mock.h"

#define MESSAGES_BYTES ((size_t)1 << 30)

void mock_authority_init(struct mock_authority *m, struct mock *home, enum authority a)
{
	*m = (struct mock_authority){ .home = home, .authority = a };
	behaviour_default(&m->behaviour);
	behaviour_default(&m->query_behaviour);
	arena_init(&m->arena, MESSAGES_BYTES);
}

void mock_authority_done(struct mock_authority *m)
{
	exception_forget(m);
	rules_forget(&m->rules);
	for (size_t i = 0; i < COUNTOF(m->registers); i++)
		register_clear(&m->registers[i]);
	mock_forget(m);
}
