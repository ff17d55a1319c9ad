/* What signing and verifying share: the message as a tree, its canonical forms, the names of methods. */
#ifndef STANDARD_XMLDSIG_PRIV_H
#define STANDARD_XMLDSIG_PRIV_H

#include <libxml/tree.h>

#include "standard/xmldsig.h"

#define XMLDSIG_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"
#define XMLDSIG_C14N      "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define XMLDSIG_ENVELOPED XMLDSIG_NAMESPACE "enveloped-signature"

/* The tree goes with the arena. NULL: *f. Limits beside those of xml_walk.h: elements, namespaces, attributes. */
xmlDocPtr xmldsig_tree(struct arena *a, struct text message, struct fault *f) must_check;
/* C14N 1.0 without comments: of all of it, or of one element with the namespaces that are in scope there. False: it has none,
 * or the arena is full. */
bool xmldsig_canonical(struct arena *a, xmlDocPtr doc, struct text *out) must_check;
bool xmldsig_canonical_element(struct arena *a, xmlDocPtr doc, const xmlNode *apex, bool without_blanks, struct text *out) must_check;

/* Is it the element of that name in XMLDSig's namespace? */
bool xmldsig_is(const xmlNode *n, const char *name);
/* The only Signature of the tree. NULL: *count is 0, or 2 when there are several. */
xmlNodePtr xmldsig_find(xmlDocPtr doc, int *count);

bool xmldsig_method_by_uri(struct text uri, enum sign_algorithm *out) must_check;
bool xmldsig_digest_by_uri(struct text uri, enum digest_algorithm *out) must_check;

#endif
