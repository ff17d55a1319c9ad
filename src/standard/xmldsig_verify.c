/*
 * Is the message's signature good?
 *
 *   tree ─► form ─► certificate ─► canonical forms ─► digest ─► signature
 *
 * The first step that fails is the answer. Everything but the expected structure is refused before any of it is used. Digest
 * and signature are each tried strictly first, then, if the client's policy allows, without the blanks that field software adds.
 */
#include <string.h>

#include "standard/xmldsig_priv.h"

struct parts { /* of a Signature; texts are the tree's, white space included */
	xmlNodePtr signature, signed_info;
	struct text digest, value;
	struct text key_name, certificate; /* may be absent */
};

struct check {
	struct arena *arena;
	const struct xmldsig_trust *trust;
	struct xmldsig_result *out;
	struct fault *fault;
	xmlDocPtr doc;
	struct parts parts;
};

static bool fails(struct check *c, enum rule rule, const char *why)
{
	c->out->rule = rule;
	c->out->why = why;
	return false;
}

static bool no_memory(struct check *c)
{
	return fault_set(c->fault, FAULT_BUSY, "no memory is left for this request");
}

/* ---- form ---- */

static bool bad_form(struct check *c, const char *why)
{
	return fails(c, RULE_SIGNATURE_FORM, why);
}

/* The next element from here on; what may stand between are blanks and comments. */
static bool next_element(struct check *c, xmlNodePtr from, xmlNodePtr *out)
{
	for (; from != NULL && from->type != XML_ELEMENT_NODE; from = from->next)
		if (from->type != XML_COMMENT_NODE && !(from->type == XML_TEXT_NODE && xmlIsBlankNode(from)))
			return bad_form(c, "between the elements of the Signature stands something else");
	*out = from;
	return true;
}

/* Takes the element of that name, which must be the next one. */
static bool take(struct check *c, xmlNodePtr *at, const char *name, xmlNodePtr *out, const char *why)
{
	if (!next_element(c, *at, out))
		return false;
	if (*out == NULL || !xmldsig_is(*out, name))
		return bad_form(c, why);
	*at = (*out)->next;
	return true;
}

static bool ends(struct check *c, xmlNodePtr at, const char *why)
{
	xmlNodePtr more;

	return next_element(c, at, &more) && (more == NULL || bad_form(c, why));
}

/* An element's text; nothing else may be in it. */
static bool text_in(struct check *c, xmlNodePtr n, struct text *out)
{
	struct buf b;

	buf_init(&b, c->arena, 64);
	for (xmlNodePtr t = n->children; t != NULL; t = t->next) {
		if (t->type != XML_TEXT_NODE && t->type != XML_CDATA_SECTION_NODE)
			return bad_form(c, "an element of the Signature that holds text holds something else");
		buf_str(&b, (const char *)t->content);
	}
	if (b.full)
		return no_memory(c);
	*out = buf_as_text(&b);
	return true;
}

/* at NULL: there is no such attribute, or its value is no plain text. */
static struct text attribute(const xmlNode *n, const char *name)
{
	for (const xmlAttr *x = n->properties; x != NULL; x = x->next)
		if (x->ns == NULL && strcmp((const char *)x->name, name) == 0)
			return x->children == NULL ? TEXT("") : text_of(x->children->next != NULL ? NULL : (const char *)x->children->content);
	return (struct text){ NULL, 0 };
}

static bool read_transforms(struct check *c, xmlNodePtr transforms)
{
	xmlNodePtr at = transforms->children, one;

	if (!take(c, &at, "Transform", &one, "the Reference has no transform"))
		return false;
	if (!text_is(attribute(one, "Algorithm"), XMLDSIG_ENVELOPED) || one->children != NULL)
		return bad_form(c, "the first transform must be enveloped-signature");
	if (!next_element(c, at, &one))
		return false;
	if (one == NULL)
		return true;
	if (!xmldsig_is(one, "Transform") || !text_is(attribute(one, "Algorithm"), XMLDSIG_C14N) || one->children != NULL)
		return bad_form(c, "a transform other than enveloped-signature and C14N 1.0");
	return ends(c, one->next, "more transforms than enveloped-signature and C14N 1.0");
}

static bool read_reference(struct check *c, xmlNodePtr reference)
{
	xmlNodePtr at = reference->children, transforms, method, value;
	struct text uri = attribute(reference, "URI");

	if (uri.at == NULL || uri.len != 0)
		return bad_form(c, "the Reference must have URI=\"\": the whole message");
	if (!take(c, &at, "Transforms", &transforms, "the Reference has no Transforms") || !read_transforms(c, transforms) ||
	    !take(c, &at, "DigestMethod", &method, "the Reference has no DigestMethod") ||
	    !take(c, &at, "DigestValue", &value, "the Reference has no DigestValue") ||
	    !ends(c, at, "something follows the DigestValue"))
		return false;
	if (!xmldsig_digest_by_uri(attribute(method, "Algorithm"), &c->out->digest) || method->children != NULL)
		return bad_form(c, "DigestMethod is none of SM3, SHA-256 and SHA-1");
	return text_in(c, value, &c->parts.digest);
}

static bool read_signed_info(struct check *c)
{
	xmlNodePtr at = c->parts.signed_info->children, canonicalization, method, reference;

	if (!take(c, &at, "CanonicalizationMethod", &canonicalization, "SignedInfo has no CanonicalizationMethod") ||
	    !take(c, &at, "SignatureMethod", &method, "SignedInfo has no SignatureMethod") ||
	    !take(c, &at, "Reference", &reference, "SignedInfo has no Reference") || !ends(c, at, "SignedInfo must have one Reference"))
		return false;
	if (!text_is(attribute(canonicalization, "Algorithm"), XMLDSIG_C14N) || canonicalization->children != NULL)
		return bad_form(c, "CanonicalizationMethod is not C14N 1.0 without comments");
	if (!xmldsig_method_by_uri(attribute(method, "Algorithm"), &c->out->algorithm) || method->children != NULL)
		return bad_form(c, "SignatureMethod is none of SM2 with SM3, RSA with SHA-256 and RSA with SHA-1");
	return read_reference(c, reference);
}

/* What else a certificate may be described by; the certificate itself or KeyName decide. */
static bool is_description(const xmlNode *n)
{
	return xmldsig_is(n, "X509SubjectName") || xmldsig_is(n, "X509IssuerSerial") || xmldsig_is(n, "X509SKI");
}

static bool read_x509_data(struct check *c, xmlNodePtr data)
{
	xmlNodePtr at = data->children, one;

	for (;; at = one->next) {
		if (!next_element(c, at, &one))
			return false;
		if (one == NULL)
			return true;
		if (is_description(one))
			continue;
		if (!xmldsig_is(one, "X509Certificate") || c->parts.certificate.at != NULL)
			return bad_form(c, "X509Data may hold one X509Certificate");
		if (!text_in(c, one, &c->parts.certificate))
			return false;
	}
}

static bool read_key_info(struct check *c, xmlNodePtr key_info)
{
	xmlNodePtr at = key_info->children, one;
	bool has_data = false;

	for (;; at = one->next) {
		if (!next_element(c, at, &one))
			return false;
		if (one == NULL)
			return true;
		if (xmldsig_is(one, "KeyName") && c->parts.key_name.at == NULL) {
			if (!text_in(c, one, &c->parts.key_name))
				return false;
		} else if (xmldsig_is(one, "X509Data") && !has_data) {
			has_data = true;
			if (!read_x509_data(c, one))
				return false;
		} else {
			return bad_form(c, "KeyInfo may hold one KeyName and one X509Data");
		}
	}
}

static bool read_form(struct check *c)
{
	xmlNodePtr at, value, key_info = NULL;
	int count;

	c->parts.signature = xmldsig_find(c->doc, &count);
	if (count == 0)
		return fails(c, RULE_SIGNATURE_MISSING, NULL);
	if (count > 1)
		return bad_form(c, "there is more than one Signature");
	if (c->parts.signature->parent != xmlDocGetRootElement(c->doc))
		return bad_form(c, "the Signature does not stand in the root element");
	at = c->parts.signature->children;
	if (!take(c, &at, "SignedInfo", &c->parts.signed_info, "the Signature has no SignedInfo") ||
	    !take(c, &at, "SignatureValue", &value, "the Signature has no SignatureValue") || !next_element(c, at, &key_info))
		return false;
	if (!read_signed_info(c) || !text_in(c, value, &c->parts.value))
		return false;
	if (key_info == NULL)
		return true;
	if (!xmldsig_is(key_info, "KeyInfo"))
		return bad_form(c, "the Signature holds more than SignedInfo, SignatureValue and KeyInfo");
	return read_key_info(c, key_info) && ends(c, key_info->next, "the Signature holds more than SignedInfo, SignatureValue and KeyInfo");
}

/* Base64 with white space in it, which the forms of XML allow; -1: it is not. */
static long decode(struct check *c, struct text t, void *out, size_t size)
{
	char *packed = arena_alloc(c->arena, t.len + 1);
	size_t len = 0;

	if (packed == NULL)
		return -1;
	for (size_t i = 0; i < t.len; i++)
		if (strchr(" \t\r\n", t.at[i]) == NULL)
			packed[len++] = t.at[i];
	return len == 0 ? -1 : base64_decode((struct text){ packed, len }, out, size);
}

/* ---- certificate ---- */

static const struct bound_certificate *bound_by_digest(const struct xmldsig_trust *t, const struct sha256 *sha256)
{
	for (int i = 0; i < t->certificate_count; i++)
		if (crypto_equal(t->certificates[i].sha256.b, sha256->b, sizeof(sha256->b)))
			return &t->certificates[i];
	return NULL;
}

/* Among several of one number, which renewals may leave, the one that is valid now. */
static const struct bound_certificate *bound_by_serial(const struct xmldsig_trust *t, struct text serial)
{
	const struct bound_certificate *found = NULL;

	for (int i = 0; i < t->certificate_count; i++) {
		const struct bound_certificate *one = &t->certificates[i];

		if (certificate_serial_eq(one->serial, serial) && (found == NULL || t->now_us < one->not_after_us))
			found = one;
	}
	return found;
}

/* The bytes of the certificate that counts. */
static bool choose_certificate(struct check *c, struct text *der)
{
	const struct xmldsig_trust *t = c->trust;
	const struct bound_certificate *bound;
	struct sha256 sha256;

	if (c->parts.certificate.at == NULL) {
		bound = bound_by_serial(t, text_trim(c->parts.key_name));
		if (bound == NULL)
			return fails(c, RULE_SIGNATURE_CERTIFICATE, c->parts.key_name.at == NULL ? "KeyInfo names no certificate" : "no certificate has the serial number of KeyName");
		*der = bound->der;
		return true;
	}
	char *bytes = arena_alloc(c->arena, CERTIFICATE_BYTES_MAX);
	if (bytes == NULL)
		return no_memory(c);
	long len = decode(c, c->parts.certificate, bytes, CERTIFICATE_BYTES_MAX);
	if (len <= 0)
		return c->arena->full ? no_memory(c) : fails(c, RULE_SIGNATURE_CERTIFICATE, "X509Certificate is not the base64 of a certificate");
	*der = (struct text){ bytes, (size_t)len };
	sha256 = sha256_of(*der);
	bound = bound_by_digest(t, &sha256);
	if (bound == NULL && !t->any_certificate)
		return fails(c, RULE_SIGNATURE_NOT_BOUND, NULL);
	return true;
}

static const struct certificate *find_certificate(struct check *c)
{
	const struct certificate *certificate;
	struct fault why = { 0 };
	struct text der;

	if (!choose_certificate(c, &der))
		return NULL;
	certificate = certificate_read(c->arena, der, &why);
	if (certificate == NULL) {
		(void)(why.code == FAULT_BUSY ? no_memory(c) : fails(c, RULE_SIGNATURE_CERTIFICATE, "X509Certificate cannot be read"));
		return NULL;
	}
	c->out->serial = certificate->serial;
	c->out->subject = certificate->subject;
	if (c->trust->now_us < certificate->not_before_us)
		(void)fails(c, RULE_SIGNATURE_TOO_EARLY, NULL);
	else if (c->trust->now_us > certificate->not_after_us)
		(void)fails(c, RULE_SIGNATURE_EXPIRED, NULL);
	else if (certificate->key_kind != sign_algorithm_key(c->out->algorithm))
		(void)fails(c, RULE_SIGNATURE_KEY, NULL);
	else
		return certificate;
	return NULL;
}

/* ---- digest and signature ---- */

/* C14N fails for want of memory too; the arena, which holds its result, tells. */
static bool no_canonical_form(struct check *c)
{
	return c->arena->full ? no_memory(c) : fails(c, RULE_SIGNATURE_CANONICAL, NULL);
}

static bool digest_is(struct check *c, const uint8_t *wanted, long wanted_len, bool *is)
{
	struct text canonical;
	struct digest digest;

	if (!xmldsig_canonical(c->arena, c->doc, &canonical))
		return no_canonical_form(c);
	if (!digest_of(c->out->digest, canonical, &digest))
		return no_memory(c);
	*is = (long)digest.len == wanted_len && crypto_equal(digest.b, wanted, digest.len);
	return true;
}

/* The tree loses its Signature, and then what is tolerated. */
static bool check_digest(struct check *c)
{
	xmlNodePtr after = c->parts.signature->next;
	bool has_blanks = after != NULL && after->type == XML_TEXT_NODE && xmlIsBlankNode(after), is = false;
	uint8_t wanted[DIGEST_BYTES_MAX];
	long len = decode(c, c->parts.digest, wanted, sizeof(wanted));

	if (len < 0)
		return c->arena->full ? no_memory(c) : fails(c, RULE_SIGNATURE_DIGEST, "DigestValue is not the base64 of a digest");
	xmlUnlinkNode(c->parts.signature);
	xmlFreeNode(c->parts.signature);
	c->parts.signature = c->parts.signed_info = NULL;
	if (!digest_is(c, wanted, len, &is))
		return false;
	if (is)
		return true;
	if (has_blanks && c->trust->is_tolerant) {
		xmlUnlinkNode(after);
		xmlFreeNode(after);
		if (!digest_is(c, wanted, len, &is))
			return false;
		c->out->tolerated |= XMLDSIG_BLANKS_AFTER_SIGNATURE;
	}
	return is || fails(c, RULE_SIGNATURE_DIGEST, NULL);
}

struct signed_forms { /* of SignedInfo; packed is absent when it is no other, or not allowed */
	struct text strict, packed;
};

/* While the Signature is in the tree: the namespaces above it belong to its form. */
static bool signed_forms(struct check *c, struct signed_forms *out)
{
	*out = (struct signed_forms){ { NULL, 0 }, { NULL, 0 } };
	if (!xmldsig_canonical_element(c->arena, c->doc, c->parts.signed_info, false, &out->strict))
		return no_canonical_form(c);
	if (c->trust->is_tolerant && !xmldsig_canonical_element(c->arena, c->doc, c->parts.signed_info, true, &out->packed))
		return no_canonical_form(c);
	if (text_eq(out->strict, out->packed))
		out->packed.at = NULL;
	return true;
}

static bool check_signature(struct check *c, const struct certificate *certificate, const struct signed_forms *forms)
{
	uint8_t value[SIGNED_BYTES_MAX];
	long len = decode(c, c->parts.value, value, sizeof(value));
	struct text signature = { (const char *)value, (size_t)len };

	if (len < 0)
		return c->arena->full ? no_memory(c) : fails(c, RULE_SIGNATURE_VALUE, "SignatureValue is not base64");
	if (certificate_verify(certificate, c->out->algorithm, forms->strict, signature))
		return true;
	if (forms->packed.at != NULL && certificate_verify(certificate, c->out->algorithm, forms->packed, signature)) {
		c->out->tolerated |= XMLDSIG_BLANKS_IN_SIGNED_INFO;
		return true;
	}
	return fails(c, RULE_SIGNATURE_VALUE, NULL);
}

static bool run(struct check *c)
{
	const struct certificate *certificate;
	struct signed_forms forms;

	if (!read_form(c))
		return false;
	certificate = find_certificate(c);
	return certificate != NULL && signed_forms(c, &forms) && check_digest(c) && check_signature(c, certificate, &forms);
}

bool xmldsig_verify(struct arena *a, struct text message, const struct xmldsig_trust *t, struct xmldsig_result *out, struct fault *f)
{
	struct check c = { .arena = a, .trust = t, .out = out, .fault = f };

	*out = (struct xmldsig_result){ .rule = RULE_COUNT, .algorithm = SIGN_ALGORITHM_COUNT, .digest = DIGEST_ALGORITHM_COUNT };
	c.doc = xmldsig_tree(a, message, f);
	if (c.doc == NULL)
		return false;
	if (!run(&c))
		out->tolerated = 0;
	return f->code == FAULT_NONE;
}

const char *xmldsig_tolerated_text(unsigned tolerated)
{
	static const char *const texts[] = {
		[0] = "",
		[XMLDSIG_BLANKS_IN_SIGNED_INFO] = "blanks in SignedInfo",
		[XMLDSIG_BLANKS_AFTER_SIGNATURE] = "blanks after the Signature",
		[XMLDSIG_BLANKS_IN_SIGNED_INFO | XMLDSIG_BLANKS_AFTER_SIGNATURE] = "blanks in SignedInfo, blanks after the Signature",
	};

	return texts[tolerated & 3];
}
