/* Private to the inbox: when it writes (inbox.c) and what (inbox_write.c). */
#ifndef STORE_INBOX_PRIV_H
#define STORE_INBOX_PRIV_H

#include "store/inbox.h"

enum { INBOX_ANSWERS_PARAMS = 18, INBOX_DEATHS_PARAMS = 7, INBOX_ENDS_PARAMS = 11 };

struct inbox_write {
	const struct inbox_deps *deps;
	struct arena *arena;          /* of the call */
	struct db_call *call;
	struct inbox_item **items;    /* sorted */
	int count;
	int answer_count, end_count, death_count; /* of these */
	struct id work_id, deaths_id, ends_id;    /* another for each try */
	struct db_param answer_params[INBOX_ANSWERS_PARAMS], death_params[INBOX_DEATHS_PARAMS], end_params[INBOX_ENDS_PARAMS];
};

void inbox_sort(struct inbox_item **list, int count); /* in the common order of locks */
/* Fills the call: answers (its rows come first, if there are any), deaths, ends. False: the arena is full, or nothing can be encrypted. */
bool inbox_write_call(struct inbox_write *w) must_check;

#endif
