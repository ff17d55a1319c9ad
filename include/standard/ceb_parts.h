/* Parts of customs' messages that several writers use. For src/standard only. */
#ifndef STANDARD_CEB_PARTS_H
#define STANDARD_CEB_PARTS_H

#include "base/text.h"
#include "model/document.h"

#define CEB_DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
/* CEB_DECLARATION, <ceb:CEBnnnMessage …>, and its end with a line end. */
void ceb_put_open(struct buf *b, int number, struct text guid);
void ceb_put_close(struct buf *b, int number);
void ceb_put_element(struct buf *b, const char *name, struct text value); /* an absent one is left out */
/* One business node. now_us: appTime where none is given. */
void ceb_put_node(struct buf *b, const struct document *d, int64_t now_us);

#endif
