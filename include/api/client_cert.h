/*
 * The certificate of the caller: of its connection, or as a proxy that ended its TLS hands it on (Client-Cert, RFC 9440). Both mean the same.
 *
 * Only who stands in http.proxies may hand one on. From anybody else a request with the header is refused, not merely read without it: it
 * claims to be somebody, and a proxy that is missing in the settings is noticed at its first request.
 */
#ifndef API_CLIENT_CERT_H
#define API_CLIENT_CERT_H

#include "api/req.h"

/* False: FAULT_BAD_REQUEST, the header from somebody who may not send it, or not of its form. */
bool client_cert_check(struct req *r, struct fault *f) must_check;
/* SHA-256 over the certificate (DER), after client_cert_check(). False: there is none, or it is not good: issued by none of tls.client_ca,
 * out of its time, or not for TLS clients. */
bool client_cert_find(const struct req *r, struct sha256 *out) must_check;

#endif
