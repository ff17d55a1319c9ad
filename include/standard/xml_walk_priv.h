/* What the readers of XML share before libxml2 sees a byte. For src/standard only. */
#ifndef STANDARD_XML_WALK_PRIV_H
#define STANDARD_XML_WALK_PRIV_H

#include "base/fault.h"
#include "base/text.h"

/* May these bytes be given to a parser? UTF-8 without NUL, no other encoding declared, not longer than it counts; a byte
 * order mark is passed over. libxml2 is started, its loader of external entities is closed. */
bool xml_walk_prepare(struct text *body, struct fault *f) must_check;
/* What one of libxml2's errors means, without anything of the content. */
const char *xml_walk_reason(int code);

#endif
