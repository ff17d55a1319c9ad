/*
 * A customs message while it is being read: shared by ceb_reader.c (nodes and fields), which calls ceb_tail.c (what stands
 * round the nodes) and ceb_value.c (values, and what is tolerated in them), and all of them ceb_tolerance.c. For src/standard
 * only.
 */
#ifndef STANDARD_CEB_READING_H
#define STANDARD_CEB_READING_H

#include "standard/node.h"
#include "standard/xml_walk.h"

enum ceb_place { AT_TOP, IN_MESSAGE, IN_NODE, IN_HEAD, IN_LINE, IN_FIELD, IN_TRANSFER, IN_TRANSFER_FIELD };

struct ceb_reading {
	struct arena *arena;
	struct message *out;
	struct fault *fault;
	const struct message_def *def;
	enum ceb_place place;
	int passing;        /* depth of the element that is passed over with all in it; 0: none */
	int depth;
	bool lenient;
	bool no_namespace;  /* told once */
	char *pool, *value; /* all character data, one after the other; where the value began */
	/* of the node being read */
	struct node *node;  /* NULL: before the first */
	uint64_t seen;
	bool has_head;
	int last;           /* index of the last field in the head, for the order */
	/* of the line being read */
	struct text *row;
	int line;           /* -1: in the head */
	uint64_t seen_in_line;
	int last_in_line;
	int field;          /* index in the head's or the line's table */
	/* of what stands behind the nodes */
	int tail;           /* how far it has come */
	int transfers, subscriptions;
	unsigned seen_in_transfer;
	int transfer_field;
};

/* ceb_tolerance.c */
bool ceb_arena_is_full(struct ceb_reading *r);
/* The element is passed over with all that is in it. */
bool ceb_pass_over(struct ceb_reading *r);
/* Names in faults are the sender's: only as much of them as looks like a name. Always false. */
bool ceb_unexpected(struct ceb_reading *r, const char *what, struct text name);
/* What breaks the schema but can be understood: a warning, or in strict reading a finding. node NULL: the message as a
 * whole. False: the arena is full. */
bool ceb_tolerate(struct ceb_reading *r, struct node *node, struct finding f) must_check;
/* What cannot be understood: a finding of the node, and the element is passed over. False: the arena is full. */
bool ceb_refuse(struct ceb_reading *r, struct finding f) must_check;
const struct field_def *ceb_field(const struct ceb_reading *r); /* the one being read */

/* ceb_tail.c: an element beside the nodes. *is_one false: it is none of these. */
bool ceb_tail_open(struct ceb_reading *r, const struct xml_element *e, bool *is_one) must_check;
bool ceb_transfer_open(struct ceb_reading *r, const struct xml_element *e) must_check;
bool ceb_transfer_value(struct ceb_reading *r, struct text value) must_check;
bool ceb_transfer_close(struct ceb_reading *r) must_check;
bool ceb_tail_end(struct ceb_reading *r) must_check;

/* ceb_value.c */
/* Customs' name of an element, or the right one for a known misspelling (*misspelt). */
struct text ceb_element_name(struct text name, bool *misspelt);
/* Is it one of the elements that real messages of this number carry beside the schema? */
bool ceb_is_known_extra(int number, struct text name);
/* The value of the field being read, from customs' form into ours; what does not convert stays as it is, and the check
 * says what is wrong with it. */
bool ceb_store_value(struct ceb_reading *r) must_check;

#endif
