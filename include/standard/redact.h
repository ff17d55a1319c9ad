/*
 * Documents for readers who may not see all of them: every value of a person's data is put in the form that the reader gets.
 *
 * The canonical document and the messages to authorities (JSON by their forms' rows, XML of customs by its elements) are gone through once; what is
 * not data of a person stays byte for byte.
 */
#ifndef STANDARD_REDACT_H
#define STANDARD_REDACT_H

#include "base/fault.h"
#include "model/codebook.h"
#include "model/personal.h"

struct redaction {
	struct arena *arena;
	enum personal_form (*form_of)(const void *arg, enum field f);
	const void *arg;
	struct text secret;         /* of hashes; empty: there are none */
	bool met[FIELD_COUNT];      /* out: a value of it is there and is shown in full */
};

/* False: no memory, or what was stored cannot be gone through. */
bool redact_document(struct redaction *r, struct text canonical, struct text *out, struct fault *f) must_check;
/* What was sent to an authority; book NULL: rules are not read yet, and FAULT_STORE_DOWN. */
bool redact_sent(struct redaction *r, enum authority a, const struct codebook *book, struct text message, struct text *out, struct fault *f) must_check;
/* One value; absent: it is not shown. */
struct text redact_value(struct redaction *r, enum field f, struct text value);

#endif
