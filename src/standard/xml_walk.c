/*
 * libxml2's parser with nothing of it that reaches outside: own handlers for elements and text, the first
 * sight of a DTD stops it, and its loader of external entities is closed.
 *
 * Our own checks come first (UTF-8, declared encoding), so that it never converts or guesses an encoding.
 */
#include "standard/xml_walk.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <pthread.h>

#include "standard/utf8.h"
#include "standard/xml_walk_priv.h"

struct walk {
	const struct xml_events *events;
	void *arg;
	struct fault *fault;
	xmlParserCtxtPtr parser;
	const xmlChar *known_uri; /* the parser keeps one copy of each: equal pointers, equal names */
	bool known_is_foreign;
	int depth;
	bool stopped;
};

static struct text text_of_xml(const xmlChar *s)
{
	return text_of((const char *)s);
}

static void stop(struct walk *w)
{
	w->stopped = true;
	xmlStopParser(w->parser);
}

static bool is_foreign(struct walk *w, const xmlChar *uri)
{
	if (uri == NULL)
		return false;
	if (uri != w->known_uri) {
		w->known_uri = uri;
		w->known_is_foreign = !text_is(text_of_xml(uri), w->events->home);
	}
	return w->known_is_foreign;
}

/* Attributes come as name, prefix, namespace, start and end of the value. */
static struct text guid_of(int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++, attributes += 5)
		if (attributes[2] == NULL && text_is(text_of_xml(attributes[0]), "guid"))
			return (struct text){ (const char *)attributes[3], (size_t)(attributes[4] - attributes[3]) };
	return (struct text){ NULL, 0 };
}

static void on_opened(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                      const xmlChar **namespaces, int attribute_count, int defaulted_count, const xmlChar **attributes)
{
	struct walk *w = arg;
	struct xml_element e = { .name = text_of_xml(name), .depth = ++w->depth };

	(void)prefix, (void)namespace_count, (void)namespaces, (void)defaulted_count;
	if (w->stopped)
		return;
	if (w->depth > XML_WALK_DEPTH_MAX) {
		fault_set(w->fault, FAULT_BAD_XML, "line %d: nested deeper than %d levels", xmlSAX2GetLineNumber(w->parser),
		          XML_WALK_DEPTH_MAX);
		stop(w);
		return;
	}
	e.guid = guid_of(attribute_count, attributes);
	e.is_foreign = is_foreign(w, uri);
	if (!w->events->opened(w->arg, &e))
		stop(w);
}

static void on_closed(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct walk *w = arg;

	(void)name, (void)prefix, (void)uri;
	w->depth--;
	if (!w->stopped && !w->events->closed(w->arg))
		stop(w);
}

static void on_said(void *arg, const xmlChar *text, int len)
{
	struct walk *w = arg;

	if (!w->stopped && len > 0 && !w->events->said(w->arg, (struct text){ (const char *)text, (size_t)len }))
		stop(w);
}

static void on_dtd(void *arg, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
	struct walk *w = arg;

	(void)name, (void)public_id, (void)system_id;
	fault_set(w->fault, FAULT_BAD_XML, "line %d: a document type declaration is not accepted",
	          xmlSAX2GetLineNumber(w->parser));
	stop(w);
}

const char *xml_walk_reason(int code)
{
	switch (code) {
	case XML_ERR_TAG_NAME_MISMATCH:
		return "an end tag does not fit its start tag";
	case XML_ERR_TAG_NOT_FINISHED:
	case XML_ERR_DOCUMENT_END:
	case XML_ERR_GT_REQUIRED:
	case XML_ERR_LTSLASH_REQUIRED:
		return "it ends too early, or something follows the root element";
	case XML_ERR_DOCUMENT_EMPTY:
		return "an element was due";
	case XML_ERR_UNDECLARED_ENTITY:
	case XML_WAR_UNDECLARED_ENTITY:
		return "an entity other than the five predefined ones";
	case XML_ERR_INVALID_CHAR:
	case XML_ERR_INVALID_CHARREF:
		return "a character that XML does not allow";
	case XML_ERR_ATTRIBUTE_REDEFINED:
		return "an attribute stands twice";
	case XML_ERR_NO_MEMORY:
		return "no memory is left";
	default:
		return "not well formed";
	}
}

/* The parser's own message may hold content, so only its place and kind are told. */
static void on_error(void *arg, xmlErrorPtr error)
{
	struct walk *w = arg;

	if (error->level == XML_ERR_FATAL)
		fault_set(w->fault, FAULT_BAD_XML, "line %d: %s (libxml2 %d)", error->line, xml_walk_reason(error->code), error->code);
}

static xmlParserInputPtr load_nothing(const char *url, const char *id, xmlParserCtxtPtr parser)
{
	(void)url, (void)id, (void)parser;
	return NULL;
}

static void prepare_library(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(load_nothing);
}

/* Is another encoding than UTF-8 declared? Only the declaration itself is looked at. */
static bool declares_other_encoding(struct text body)
{
	static const char *const accepted[] = { "UTF-8", "UTF8", "US-ASCII", "ASCII" };
	const char *end, *at;

	if (!text_starts(body, "<?xml") || (end = memmem(body.at, body.len, "?>", 2)) == NULL)
		return false;
	at = memmem(body.at, (size_t)(end - body.at), "encoding", 8);
	if (at == NULL)
		return false;
	for (at += 8; at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n' || *at == '='); at++)
		;
	if (at == end || (*at != '"' && *at != '\''))
		return false; /* not well formed: the parser says so */
	const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
	struct text name = { at + 1, close == NULL ? 0 : (size_t)(close - at - 1) };
	for (size_t i = 0; i < COUNTOF(accepted); i++)
		if (text_eq_nocase(name, text_of(accepted[i])))
			return false;
	return true;
}

bool xml_walk_prepare(struct text *body, struct fault *f)
{
	static pthread_once_t prepared = PTHREAD_ONCE_INIT;
	size_t bad_at;

	if (body->at == NULL || body->len == 0)
		return fault_set(f, FAULT_BAD_XML, "the body is empty");
	if (body->len > INT_MAX)
		return fault_set(f, FAULT_TOO_LARGE, "the body is too large");
	if (!utf8_check(*body, &bad_at))
		return fault_set(f, FAULT_BAD_XML, "byte %zu: not UTF-8, or NUL", bad_at);
	if (text_starts(*body, "\xEF\xBB\xBF")) {
		body->at += 3;
		body->len -= 3;
	}
	if (declares_other_encoding(*body))
		return fault_set(f, FAULT_BAD_XML, "another encoding than UTF-8 is declared");
	pthread_once(&prepared, prepare_library);
	return true;
}

bool xml_walk(struct text body, const struct xml_events *events, void *arg, struct fault *f)
{
	static const xmlSAXHandler handlers = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_opened,
		.endElementNs = on_closed,
		.characters = on_said,
		.ignorableWhitespace = on_said, /* the same: the parser then does not ask whether it is */
		.cdataBlock = on_said,
		.internalSubset = on_dtd,
		.serror = on_error,
	};
	struct walk w = { .events = events, .arg = arg, .fault = f };
	bool well_formed;

	if (!xml_walk_prepare(&body, f))
		return false;
	w.parser = xmlNewParserCtxt();
	if (w.parser == NULL)
		return fault_set(f, FAULT_BUSY, "no memory is left for this request");
	*w.parser->sax = handlers;
	w.parser->userData = &w;
	xmlDocPtr none = xmlCtxtReadMemory(w.parser, body.at, (int)body.len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	if (none != NULL)
		xmlFreeDoc(none); /* our handlers build no tree */
	well_formed = !w.stopped && w.parser->wellFormed;
	xmlFreeParserCtxt(w.parser);
	return well_formed || fault_set(f, FAULT_BAD_XML, "not well formed");
}
