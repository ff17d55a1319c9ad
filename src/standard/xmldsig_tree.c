/*
 * A message as libxml2's tree, and its canonical forms.
 *
 * The parser has the settings of the walk (standard/xml_walk.h) and limits of its own: canonicalizing costs for each element
 * what all namespaces above it cost, so few may be declared. libxml2 tells errors of this kind on stderr unless somebody listens.
 */
#include <libxml/SAX2.h>
#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "standard/xml_walk.h"
#include "standard/xml_walk_priv.h"
#include "standard/xmldsig_priv.h"

enum { ELEMENTS_MAX = 100000, NAMESPACES_MAX = 64, ATTRIBUTES_MAX = 32 };

struct growth { /* of the tree while it is read */
	struct fault *fault;
	int depth, elements, namespaces;
};

static void refuse(xmlParserCtxtPtr parser, const char *why)
{
	struct growth *g = parser->_private;

	(void)fault_set(g->fault, FAULT_BAD_XML, "line %d: %s", xmlSAX2GetLineNumber(parser), why);
	xmlStopParser(parser);
}

static void on_opened(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                      const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	xmlParserCtxtPtr parser = arg;
	struct growth *g = parser->_private;

	if (g->fault->code != FAULT_NONE)
		return;
	g->namespaces += namespace_count;
	if (++g->depth > XML_WALK_DEPTH_MAX)
		refuse(parser, "nested too deeply");
	else if (++g->elements > ELEMENTS_MAX)
		refuse(parser, "too many elements for a signed message");
	else if (g->namespaces > NAMESPACES_MAX || attribute_count > ATTRIBUTES_MAX)
		refuse(parser, "too many namespaces or attributes for a signed message");
	else
		xmlSAX2StartElementNs(parser, name, prefix, uri, namespace_count, namespaces, attribute_count, defaulted_count, attributes);
}

static void on_closed(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	xmlParserCtxtPtr parser = arg;
	struct growth *g = parser->_private;

	g->depth--;
	if (g->fault->code == FAULT_NONE)
		xmlSAX2EndElementNs(parser, name, prefix, uri);
}

static void on_dtd(void *arg, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	(void)name, (void)public_id, (void)system_id;
	refuse(arg, "a document type declaration is not accepted");
}

static void on_error(void *arg, xmlErrorPtr error)
{
	xmlParserCtxtPtr parser = arg;
	struct growth *g = parser->_private;

	if (error->level == XML_ERR_FATAL)
		(void)fault_set(g->fault, FAULT_BAD_XML, "line %d: %s (libxml2 %d)", error->line, xml_walk_reason(error->code), error->code);
}

static void listen_to_nothing(void *arg, xmlErrorPtr error)
{
	(void)arg, (void)error;
}

static void free_tree(void *doc)
{
	xmlFreeDoc(doc);
}

xmlDocPtr xmldsig_tree(struct arena *a, struct text message, struct fault *f)
{
	struct growth g = { .fault = f };
	xmlParserCtxtPtr parser;
	xmlDocPtr doc;

	if (!xml_walk_prepare(&message, f))
		return NULL;
	parser = xmlNewParserCtxt();
	if (parser == NULL) {
		(void)fault_set(f, FAULT_BUSY, "no memory is left for this request");
		return NULL;
	}
	parser->_private = &g;
	parser->sax->startElementNs = on_opened;
	parser->sax->endElementNs = on_closed;
	parser->sax->internalSubset = on_dtd;
	parser->sax->serror = on_error;
	doc = xmlCtxtReadMemory(parser, message.at, (int)message.len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	xmlFreeParserCtxt(parser);
	if (doc == NULL || f->code != FAULT_NONE) {
		xmlFreeDoc(doc);
		(void)fault_set(f, FAULT_BAD_XML, "not well formed");
		return NULL;
	}
	if (!arena_defer(a, free_tree, doc)) {
		xmlFreeDoc(doc);
		(void)fault_set(f, FAULT_BUSY, "no memory is left for this request");
		return NULL;
	}
	return doc;
}

/* ---- canonical forms ---- */

struct view { /* what of the tree is seen; apex NULL: all of it */
	const xmlNode *apex;
	bool without_blanks;
};

/* A namespace comes in place of a node, and its element as the parent. */
static int is_seen(void *arg, xmlNodePtr node, xmlNodePtr parent)
{
	const struct view *v = arg;

	if (node != NULL && node->type == XML_NAMESPACE_DECL)
		node = parent;
	else if (v->without_blanks && node != NULL && node->type == XML_TEXT_NODE && xmlIsBlankNode(node))
		return 0;
	for (const xmlNode *n = node; n != NULL; n = n->parent)
		if (n == v->apex)
			return 1;
	return 0;
}

static bool canonicalize(struct arena *a, xmlDocPtr doc, struct view *v, struct text *out)
{
	xmlStructuredErrorFunc listener = xmlStructuredError;
	void *listener_arg = xmlStructuredErrorContext;
	xmlOutputBufferPtr bytes = xmlAllocOutputBuffer(NULL);
	bool good;

	if (bytes == NULL)
		return false;
	xmlSetStructuredErrorFunc(NULL, listen_to_nothing);
	good = xmlC14NExecute(doc, v->apex == NULL ? NULL : is_seen, v, XML_C14N_1_0, NULL, 0, bytes) >= 0;
	xmlSetStructuredErrorFunc(listener_arg, listener);
	if (good)
		*out = text_dup(a, (struct text){ (const char *)xmlOutputBufferGetContent(bytes), xmlOutputBufferGetSize(bytes) });
	(void)xmlOutputBufferClose(bytes);
	return good && out->at != NULL;
}

bool xmldsig_canonical(struct arena *a, xmlDocPtr doc, struct text *out)
{
	return canonicalize(a, doc, &(struct view){ .apex = NULL }, out);
}

bool xmldsig_canonical_element(struct arena *a, xmlDocPtr doc, const xmlNode *apex, bool without_blanks, struct text *out)
{
	return canonicalize(a, doc, &(struct view){ apex, without_blanks }, out);
}

/* ---- names ---- */

bool xmldsig_is(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && n->ns != NULL && strcmp((const char *)n->name, name) == 0 &&
	       strcmp((const char *)n->ns->href, XMLDSIG_NAMESPACE) == 0;
}

/* The node after this one in document order; NULL after the last. */
static xmlNodePtr next_of(xmlNodePtr n)
{
	if (n->type == XML_ELEMENT_NODE && n->children != NULL)
		return n->children;
	while (n != NULL && n->next == NULL)
		n = n->parent;
	return n == NULL ? NULL : n->next;
}

xmlNodePtr xmldsig_find(xmlDocPtr doc, int *count)
{
	xmlNodePtr found = NULL;

	*count = 0;
	for (xmlNodePtr n = xmlDocGetRootElement(doc); n != NULL; n = next_of(n)) {
		if (!xmldsig_is(n, "Signature"))
			continue;
		found = n;
		if (++*count > 1)
			return NULL;
	}
	return found;
}

static const struct { const char *uri; enum sign_algorithm algorithm; } methods[] = {
	{ "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", SIGN_SM2_SM3 },
	{ XMLDSIG_NAMESPACE "sm2-sm3", SIGN_SM2_SM3 },
	{ XMLDSIG_NAMESPACE "rsa-sha1", SIGN_RSA_SHA1 },
	{ "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SIGN_RSA_SHA256 },
};

static const struct { const char *uri; enum digest_algorithm algorithm; } digests[] = {
	{ "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", DIGEST_SM3 },
	{ XMLDSIG_NAMESPACE "sm3", DIGEST_SM3 },
	{ XMLDSIG_NAMESPACE "sha1", DIGEST_SHA1 },
	{ "http://www.w3.org/2001/04/xmlenc#sha256", DIGEST_SHA256 },
};

bool xmldsig_method_by_uri(struct text uri, enum sign_algorithm *out)
{
	for (size_t i = 0; i < COUNTOF(methods); i++) {
		if (!text_is(uri, methods[i].uri))
			continue;
		*out = methods[i].algorithm;
		return true;
	}
	return false;
}

bool xmldsig_digest_by_uri(struct text uri, enum digest_algorithm *out)
{
	for (size_t i = 0; i < COUNTOF(digests); i++) {
		if (!text_is(uri, digests[i].uri))
			continue;
		*out = digests[i].algorithm;
		return true;
	}
	return false;
}
