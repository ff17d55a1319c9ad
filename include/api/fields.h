/*
 * Bodies of registrations: members read one by one, every fault of them told at once as findings (422), and what stands in them as
 * parameters of a statement.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include "api/args.h"
#include "api/body.h"

enum { WORDS_MAX = 32 };

struct words { /* a list of texts */
	struct text at[WORDS_MAX];
	int count;
	bool is_given;
};

struct fields {
	struct req *r;
	const struct json *body;
	struct findings *found;
};

/* False with *f: no JSON, or no object. Strangers among the members, which are parted by blanks, are findings. */
bool fields_read(struct req *r, const char *members, struct fields *out, struct fault *f) must_check;
/* The same in two steps, where what it says decides which members there may be. */
bool fields_open(struct req *r, struct fields *out, struct fault *f) must_check;
void fields_only(struct fields *x, const char *members);
void fields_complain(struct fields *x, enum rule rule, const char *member, const char *expected);
bool fields_good(const struct fields *x);
enum step fields_refuse(struct fields *x) must_check; /* there are findings */
/* The same for one that only the database could find. */
enum step fields_refuse_member(struct req *r, enum rule rule, const char *member, const char *expected) must_check;

bool fields_has(const struct fields *x, const char *member); /* it is there, and not null */
/* At most so many characters; absent or null: at == NULL, and a finding where it is needed. */
struct text fields_text(struct fields *x, const char *member, long most, bool is_needed);
bool fields_bool(struct fields *x, const char *member); /* needed */
/* A list of one to WORDS_MAX texts, none twice, each of at most so many characters. */
void fields_words(struct fields *x, const char *member, long most, bool is_needed, struct words *out);
/* "2026-03-02" as a day number; absent: *out is left, and a finding where it is needed. */
void fields_day(struct fields *x, const char *member, bool is_needed, int32_t *out);
void fields_begun(struct fields *x, const char *member, int32_t day); /* a finding for a day to come */
struct text fields_code(struct fields *x, const char *member, enum code_list list, bool is_needed); /* one that is in the list today */
/* Each word is good by the function, else a finding that says what is allowed. */
void fields_check_words(struct fields *x, const char *member, const struct words *w, bool (*is_good)(struct text), const char *allowed);

void args_words(struct args *q, const struct words *w); /* not given: null */
void args_codes(struct args *q);                        /* the caller's company codes; copied, before its first step ends */
void args_day(struct args *q, int32_t day);             /* INT32_MAX: null */

#endif
