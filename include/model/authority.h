/* The role codes of the departments and what they answer. */
#ifndef MODEL_AUTHORITY_H
#define MODEL_AUTHORITY_H

#include <stdbool.h>

#include "base/text.h"

enum authority {
	AUTHORITY_CUS, AUTHORITY_CIQ, AUTHORITY_TAX, AUTHORITY_FX, AUTHORITY_POST, AUTHORITY_POL,
	AUTHORITY_SAMR, AUTHORITY_COM, AUTHORITY_NMPA, AUTHORITY_ECO, AUTHORITY_FIN, AUTHORITY_STAT,
	AUTHORITY_COUNT
};
#define AUTHORITY_BIT(a) (1u << (a))

const char *authority_code(enum authority a);              /* "CUS" */
const char *authority_title(enum authority a, bool chinese);
bool authority_by_code(struct text code, enum authority *out) must_check;

#endif
