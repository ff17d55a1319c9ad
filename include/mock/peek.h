/* Single values of messages that the gateway wrote, without reading them whole: good enough for a simulator. Pure. */
#ifndef MOCK_PEEK_H
#define MOCK_PEEK_H

#include <stdbool.h>

#include "base/text.h"

/* Of XML: the content of the first element of that name, with or without a prefix, as it is written. Of JSON (the body begins
 * with '{' or '['): the first member of that name, wherever it stands: the text without its quotes (not unescaped), or the
 * number or word. at == NULL: there is none, or it is an object or an array. */
struct text peek_value(struct text body, struct text name);
/* 621 of <ceb:CEB621Message …>; 0: no message of customs. */
int peek_message_number(struct text body);

#endif
