/* What the readers share: how a node of a message collects what is wrong with it. For src/standard only. */
#ifndef STANDARD_NODE_H
#define STANDARD_NODE_H

#include "standard/reader.h"

/* The node's findings are made with the first one. */
void node_refuse(struct arena *a, struct node *n, const struct finding *f);
/* The same for what is tolerated: of a node, of the message as a whole. */
void node_warn(struct arena *a, struct node *n, const struct finding *f);
void message_tell(struct arena *a, struct message *m, const struct finding *f);
/* As much of a sender's text as an answer repeats: cut at a character's border, at most 64 bytes. */
struct text node_excerpt(struct text t);

#endif
