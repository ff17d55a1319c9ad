/*
 * Signing: any message by its tree, our own by its bytes.
 *
 * Both ways write the same Signature: its text is put together here, once with the value missing for the tree, where libxml2
 * canonicalizes it, and once with the canonical SignedInfo written out, which for our own writer's form is known beforehand.
 */
#include <libxml/parser.h>
#include <string.h>

#include "standard/xml_walk.h"
#include "standard/xmldsig_priv.h"

#define SIGNATURE_OPENS "<ds:Signature xmlns:ds=\"" XMLDSIG_NAMESPACE "\">"
#define SIGNED_INFO     "<ds:SignedInfo>"
/* As SignedInfo's canonical form begins in a message that declares the namespace ceb and no other. */
#define SIGNED_INFO_IN_CEB "<ds:SignedInfo xmlns:ceb=\"" CEB_NAMESPACE "\" xmlns:ds=\"" XMLDSIG_NAMESPACE "\">"

static const struct { const char *method, *digest_method; enum digest_algorithm digest; } forms[SIGN_ALGORITHM_COUNT] = {
	[SIGN_RSA_SHA1] = { XMLDSIG_NAMESPACE "rsa-sha1", XMLDSIG_NAMESPACE "sha1", DIGEST_SHA1 },
	[SIGN_RSA_SHA256] = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256", DIGEST_SHA256 },
	[SIGN_SM2_SM3] = { "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", DIGEST_SM3 },
};

bool xmldsig_signer_init(struct xmldsig_signer *s, struct arena *a, struct signing_key *key, const struct certificate *c,
                         enum sign_algorithm algorithm, struct fault *f)
{
	struct buf b;

	if (sign_algorithm_key(algorithm) != signing_key_kind(key))
		return fault_set(f, FAULT_CONFIG, "the key cannot sign with %s: it is %s key", sign_algorithm_name(algorithm),
		                 signing_key_kind(key) == KEY_RSA ? "an RSA" : "an SM2");
	if (!signing_key_fits(key, c))
		return fault_set(f, FAULT_CONFIG, "the certificate is of another key");
	buf_init(&b, a, 512 + c->der.len * 2);
	buf_str(&b, "<ds:KeyInfo><ds:KeyName>");
	buf_text(&b, c->serial);
	buf_str(&b, "</ds:KeyName><ds:X509Data><ds:X509Certificate>");
	buf_base64(&b, c->der.at, c->der.len);
	buf_str(&b, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
	if (b.full)
		return fault_set(f, FAULT_BUSY, "no memory for the certificate");
	*s = (struct xmldsig_signer){ .key = key, .algorithm = algorithm, .digest = forms[algorithm].digest, .key_info = buf_as_text(&b),
		                      .method = text_of(forms[algorithm].method), .digest_method = text_of(forms[algorithm].digest_method) };
	return true;
}

/* ---- the text of a Signature ---- */

/* With start and end tags as the canonical form has them, so that it holds for both uses. */
static void put_signed_info(struct buf *b, const char *opening, const struct xmldsig_signer *s, const struct digest *digest)
{
	buf_str(b, opening);
	buf_text(b, TEXT("<ds:CanonicalizationMethod Algorithm=\"" XMLDSIG_C14N "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\""));
	buf_text(b, s->method);
	buf_text(b, TEXT("\"></ds:SignatureMethod><ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"" XMLDSIG_ENVELOPED
	                 "\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\""));
	buf_text(b, s->digest_method);
	buf_text(b, TEXT("\"></ds:DigestMethod><ds:DigestValue>"));
	buf_base64(b, digest->b, digest->len);
	buf_text(b, TEXT("</ds:DigestValue></ds:Reference></ds:SignedInfo>"));
}

static void put_signature(struct buf *b, const struct xmldsig_signer *s, const struct digest *digest, struct text value)
{
	buf_text(b, TEXT(SIGNATURE_OPENS));
	put_signed_info(b, SIGNED_INFO, s, digest);
	buf_text(b, TEXT("<ds:SignatureValue>"));
	buf_base64(b, value.at, value.len);
	buf_text(b, TEXT("</ds:SignatureValue>"));
	buf_text(b, s->key_info);
	buf_text(b, TEXT("</ds:Signature>"));
}

/* ---- our own messages ---- */

/* Where the root's end tag begins: the last one. */
static size_t end_tag_of(const struct buf *b, size_t from)
{
	size_t at = b->len;

	while (at > from && !(b->at[at] == '<' && b->at[at + 1] == '/'))
		at--;
	return at;
}

static bool make(const struct buf *b, size_t from, const struct xmldsig_signer *s, struct text closing, struct buf *out)
{
	uint8_t value[SIGNED_BYTES_MAX];
	struct digest digest;
	struct buf info;
	size_t len;

	if (!digest_of(s->digest, (struct text){ b->at + from, (size_t)(closing.at + closing.len - (b->at + from)) }, &digest))
		return false;
	buf_init(&info, b->arena, 1024);
	put_signed_info(&info, SIGNED_INFO_IN_CEB, s, &digest);
	if (info.full || !signing_key_sign(s->key, s->algorithm, buf_as_text(&info), value, &len))
		return false;
	buf_init(out, b->arena, 2048 + s->key_info.len);
	put_signature(out, s, &digest, (struct text){ (const char *)value, len });
	buf_text(out, closing);
	buf_char(out, '\n');
	return !out->full;
}

void xmldsig_sign_written(struct buf *b, size_t from, const struct xmldsig_signer *s)
{
	struct buf tail;
	size_t end;

	if (b->full)
		return;
	end = end_tag_of(b, from);
	if (!make(b, from, s, text_trim((struct text){ b->at + end, b->len - end }), &tail)) {
		b->full = b->arena->full = true;
		return;
	}
	b->len = end;
	buf_text(b, buf_as_text(&tail));
}

/* ---- any message ---- */

static bool is_export(const char *root)
{
	static const char *const numbers[] = { "213", "215", "303", "403", "505", "507", "509", "603", "605", "607", "701" };

	if (strncmp(root, "CEB", 3) != 0 || strlen(root) < 6)
		return false;
	for (size_t i = 0; i < COUNTOF(numbers); i++)
		if (strncmp(root + 3, numbers[i], 3) == 0)
			return true;
	return false;
}

/* The element that the Signature stands before; NULL: it is the last one. */
static xmlNodePtr successor(xmlNodePtr root)
{
	if (!is_export((const char *)root->name))
		return NULL;
	for (xmlNodePtr n = root->children; n != NULL; n = n->next)
		if (n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, "ExtendMessage") == 0)
			return n;
	return NULL;
}

/* The Signature as an element of the tree, with an empty value. */
static xmlNodePtr insert(struct arena *a, xmlDocPtr doc, const struct xmldsig_signer *s, const struct digest *digest, struct fault *f)
{
	xmlNodePtr root = xmlDocGetRootElement(doc), before = successor(root), signature;
	xmlDocPtr piece;
	struct buf b;

	buf_init(&b, a, 2048 + s->key_info.len);
	put_signature(&b, s, digest, (struct text){ "", 0 });
	piece = b.full ? NULL : xmldsig_tree(a, buf_as_text(&b), f);
	signature = piece == NULL ? NULL : xmlDocCopyNode(xmlDocGetRootElement(piece), doc, 1);
	if (signature == NULL || (before == NULL ? xmlAddChild(root, signature) : xmlAddPrevSibling(before, signature)) == NULL) {
		xmlFreeNode(signature);
		(void)fault_set(f, FAULT_BUSY, "no memory for the signature");
		return NULL;
	}
	return signature;
}

static bool fill_value(struct arena *a, xmlDocPtr doc, xmlNodePtr signature, const struct xmldsig_signer *s, struct fault *f)
{
	uint8_t value[SIGNED_BYTES_MAX];
	struct text canonical;
	struct buf b;
	size_t len;

	if (!xmldsig_canonical_element(a, doc, signature->children, false, &canonical) ||
	    !signing_key_sign(s->key, s->algorithm, canonical, value, &len))
		return fault_set(f, FAULT_SYSTEM, "the signature could not be made");
	buf_init(&b, a, 2 * len);
	buf_base64(&b, value, len);
	if (b.full)
		return fault_set(f, FAULT_BUSY, "no memory for the signature");
	xmlNodeSetContent(signature->children->next, (const xmlChar *)b.at);
	return true;
}

static bool write_out(struct arena *a, xmlDocPtr doc, struct text *out, struct fault *f)
{
	xmlChar *bytes = NULL;
	int len = 0;

	xmlDocDumpMemoryEnc(doc, &bytes, &len, "UTF-8");
	if (bytes != NULL)
		*out = text_dup(a, (struct text){ (const char *)bytes, (size_t)len });
	xmlFree(bytes);
	return (bytes != NULL && out->at != NULL) || fault_set(f, FAULT_BUSY, "no memory for the message");
}

bool xmldsig_sign(struct arena *a, struct text message, const struct xmldsig_signer *s, struct text *out, struct fault *f)
{
	xmlDocPtr doc = xmldsig_tree(a, message, f);
	xmlNodePtr signature;
	struct digest digest;
	struct text canonical;
	int count;

	if (doc == NULL)
		return false;
	(void)xmldsig_find(doc, &count);
	if (count > 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "the message is signed already");
	if (!xmldsig_canonical(a, doc, &canonical))
		return fault_set(f, FAULT_BAD_XML, "the message has no canonical form");
	if (!digest_of(s->digest, canonical, &digest))
		return fault_set(f, FAULT_BUSY, "no memory for a digest");
	signature = insert(a, doc, s, &digest, f);
	return signature != NULL && fill_value(a, doc, signature, s, f) && write_out(a, doc, out, f);
}
