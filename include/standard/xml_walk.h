/*
 * Walks an XML message by events; libxml2 is behind this and nowhere else.
 *
 * UTF-8 only (a byte order mark is passed over). Refused: any DTD, entities but the five predefined ones,
 * depth over 32, another declared encoding, NUL. Nothing is loaded, neither file nor network. Comments and
 * processing instructions are passed over; CDATA is text.
 */
#ifndef STANDARD_XML_WALK_H
#define STANDARD_XML_WALK_H

#include "base/fault.h"
#include "base/text.h"

#define CEB_NAMESPACE "http://www.chinaport.gov.cn/ceb"
#define DXP_NAMESPACE "http://www.chinaport.gov.cn/dxp"

enum { XML_WALK_DEPTH_MAX = 32 };

struct xml_element {
	struct text name; /* local; borrowed until the callback returns, like the attributes */
	struct text guid, version; /* attributes of these names; at == NULL: none */
	int depth;        /* root: 1 */
	bool has_no_namespace;
	bool is_foreign;  /* in another namespace than the walk's home or none */
};

/* Each returns false to stop, with the fault set. Text may come in several pieces. */
struct xml_events {
	bool (*opened)(void *arg, const struct xml_element *e);
	bool (*said)(void *arg, struct text piece);
	bool (*closed)(void *arg);
	const char *home; /* the namespace that is not foreign */
};

/* False: *f says why; FAULT_BAD_XML names the line. */
bool xml_walk(struct text body, const struct xml_events *events, void *arg, struct fault *f) must_check;

#endif
