/*
 * The code lists and regimes that this program was built with (sql/data), for tools that have no database. What an operator
 * added to a database is not among them; a fresh database holds the same rows.
 */
#ifndef STORE_CODEBOOK_EMBEDDED_H
#define STORE_CODEBOOK_EMBEDDED_H

#include "base/fault.h"
#include "model/codebook.h"

/* Sealed, of revision 0; the caller frees it. NULL: no memory, or *f names the line that cannot be read. */
struct codebook *codebook_embedded(struct fault *f) must_check;

#endif
