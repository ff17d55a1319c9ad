/* What must be right before the first worker starts: secrets can be read, PostgreSQL answers, the schema fits. Blocking. */
#ifndef STARTUP_H
#define STARTUP_H

#include "base/certificate.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/text.h"
#include "config.h"
#include "io/httpd.h"
#include "model/identity.h"
#include "model/onboarding.h"
#include "model/webhook.h"
#include "store/key_store.h"

struct startup {
	struct arena arena;
	struct text password, payer_key; /* absent: none */
	struct identity_keys identity_keys;
	uint8_t kek[AEAD_KEY_BYTES];        /* the key-encryption key, under which data keys are stored */
	struct key_list data_keys;          /* as they are when the program starts */
	const char *sign_path;
	const char *payment_key_path;       /* NULL: this gateway sends no payment data */
	const struct certificate *payment_certificate;
	struct httpd_tls_conf tls;          /* certificate NULL: plain HTTP, with client_ca for what proxies hand on */
	struct address_list proxies;        /* that may hand on callers' certificates */
	struct webhook_schedule push_schedule;
	enum purpose purpose;
};

/* FAULT_CONFIG, FAULT_FORBIDDEN, FAULT_STORE_DOWN or FAULT_SCHEMA. */
bool startup_prepare(struct startup *s, const struct config *c, struct fault *f) must_check;
void startup_done(struct startup *s);
/* May the key be read, and by us only? Also before it is read again. */
bool startup_check_tls_key(const struct config *c, struct fault *f) must_check;
/* sysexits for a fault that ends a program: 69, 70, 71, 77 or 78. */
int startup_exit_status(const struct fault *f);

#endif
