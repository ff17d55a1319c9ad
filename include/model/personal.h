/*
 * How data of a person are shown: in full, masked, as a keyed hash, or not at all (table data_policy says which to whom).
 *
 *   320500********0019      张*      138****1234      江苏省苏州市***
 */
#ifndef MODEL_PERSONAL_H
#define MODEL_PERSONAL_H

#include "model/field.h"

/* From the least to the most. */
#define PERSONAL_FORMS(X) X(ABSENT, "absent") X(HASH, "hash") X(MASKED, "masked") X(FULL, "full")
enum personal_form {
#define X(id, name) PERSONAL_##id,
	PERSONAL_FORMS(X)
#undef X
	PERSONAL_FORM_COUNT
};
bool personal_form_by_name(struct text t, enum personal_form *out) must_check;

/* Must this field never be shown to another without asking the policy? (The kind of an identity document alone names nobody.) */
bool personal_is_guarded(enum field f);
/* The value in that form, in the arena or as it is; absent: nothing is shown. secret: of the hash; empty: nothing is shown instead. */
struct text personal_show(struct arena *a, enum field f, enum personal_form form, struct text value, struct text secret);
/* A text that others wrote, with the identity numbers and mobile numbers in it masked; as it is when there are none. */
struct text personal_scrub(struct arena *a, struct text t);

#endif
