/*
 * Signatures of customs messages: XMLDSig, enveloped, over the whole message (GACC 2018-113, edition 202205).
 *
 *   <ceb:CEB621Message>
 *     … the message …
 *     <ds:Signature>
 *       <ds:SignedInfo>      C14N 1.0, a method, one Reference with URI="" and the digest of everything but the Signature
 *       <ds:SignatureValue>  over the canonical SignedInfo, with the namespaces of the message in scope
 *       <ds:KeyInfo>         KeyName: the certificate's serial number in hex; X509Certificate: its DER
 *
 * Methods, by the names that are in use for them:
 *
 *   SM2 with SM3   http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3   with …/2022/04/xmldsig#sm3, as the standard has it
 *                  http://www.w3.org/2000/09/xmldsig#sm2-sm3             with …/2000/09/xmldsig#sha1, as e-port's clients sign
 *                                                                        or  …/2000/09/xmldsig#sm3, the same pattern with SM3
 *   RSA            http://www.w3.org/2000/09/xmldsig#rsa-sha1            with …/2000/09/xmldsig#sha1 (old, 1024 bits and more)
 *                  http://www.w3.org/2001/04/xmldsig-more#rsa-sha256     with http://www.w3.org/2001/04/xmlenc#sha256
 *
 * Method and digest are read each by itself. What we sign has the first form of its key; SHA-1 only when asked for.
 *
 * What is verified is the message that was given, all of it: the only Signature stands in the root element, and nothing
 * but this very element is left out of the digest. Any other Reference, transform, or kind of KeyInfo is refused.
 */
#ifndef STANDARD_XMLDSIG_H
#define STANDARD_XMLDSIG_H

#include "base/certificate.h"
#include "model/signature.h"

/* Blanks that field software adds after it has signed; neither carries data. */
enum {
	XMLDSIG_BLANKS_IN_SIGNED_INFO = 1,   /* SignedInfo was signed without its indentation */
	XMLDSIG_BLANKS_AFTER_SIGNATURE = 2,  /* a line end was written behind the Signature */
};

struct xmldsig_trust {
	const struct bound_certificate *certificates; /* these and no others … */
	int certificate_count;
	bool any_certificate;                         /* … or whatever certificate the message brings along */
	bool is_tolerant;                             /* of the blanks above, when the strict form does not hold */
	int64_t now_us;                               /* the certificate must be valid then */
};

struct xmldsig_result { /* texts live in the arena or for ever */
	enum rule rule;         /* RULE_COUNT: the signature is good; else the step that failed, RULE_SIGNATURE_… */
	const char *why;        /* more precisely, in English; NULL: the rule says it all */
	unsigned tolerated;     /* XMLDSIG_BLANKS_…, of a good one */
	enum sign_algorithm algorithm; /* from here on: as far as it was read before the failure */
	enum digest_algorithm digest;
	struct text serial, subject;   /* of the certificate; absent: none was found. subject: only when it was read */
};

/* False: it could not be judged, *f says why (FAULT_BAD_XML, FAULT_TOO_LARGE, FAULT_BUSY). True: see out->rule;
 * RULE_SIGNATURE_MISSING when there is no Signature. */
bool xmldsig_verify(struct arena *a, struct text message, const struct xmldsig_trust *t, struct xmldsig_result *out,
                    struct fault *f) must_check;
/* "blanks in SignedInfo, blanks after the Signature"; "" for none. */
const char *xmldsig_tolerated_text(unsigned tolerated);

struct xmldsig_signer { /* the key is borrowed, the texts lie in the arena it was made in; one thread at a time */
	struct signing_key *key;
	enum sign_algorithm algorithm;
	enum digest_algorithm digest;
	struct text key_info;    /* ready-made */
	struct text method, digest_method; /* their URIs */
};

/* The algorithm must be of the key's kind, and the certificate the key's. */
bool xmldsig_signer_init(struct xmldsig_signer *s, struct arena *a, struct signing_key *key, const struct certificate *c,
                         enum sign_algorithm algorithm, struct fault *f) must_check;
/* Any message: CEBnnnMessage, DxpMsg. The Signature goes where the schema of that message wants it: an export message has it
 * before ExtendMessage, any other last. Refuses one that is signed already. */
bool xmldsig_sign(struct arena *a, struct text message, const struct xmldsig_signer *s, struct text *out, struct fault *f) must_check;
/* Our own message, which is in its canonical form as it was written: b from `from` on is one element, which declares the
 * namespace ceb and no other, and a line end. The Signature goes last into it, without reading it again. Where it cannot be
 * made, b is marked full: nothing leaves unsigned that should be signed. */
void xmldsig_sign_written(struct buf *b, size_t from, const struct xmldsig_signer *s);

#endif
