/* platform: where e-commerce platforms take the question for payment data (GACC 2018-179), and what they sign with. */
#include "base/certificate.h"
#include "ctl/rows.h"

static bool set_url(struct ctl *c, struct fault *f)
{
	static const char put[] =
	"insert into platform_endpoint (platform_code, url, changed_at) values ($1, $2, $3::timestamptz)"
	" on conflict (platform_code) do update set url = excluded.url, changed_at = excluded.changed_at";
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->url)), db_time(&c->arena, clock_now_us(&c->clock)) };

	if (c->url == NULL)
		return true;
	if (*c->url == '\0')
		return ctl_run(c, "delete from platform_endpoint where platform_code = $1", p, 1, f) != NULL;
	return ctl_check_url(c->url, f) && ctl_run(c, put, p, 3, f) != NULL;
}

static bool add_certificate(struct ctl *c, struct fault *f)
{
	static const char put[] =
	"insert into platform_certificate (platform_code, cert_no, der, added_at) values ($1, serial_key($2), $3, $4::timestamptz)"
	" on conflict (platform_code, cert_no) do update set der = excluded.der, added_at = excluded.added_at";
	const struct certificate *certificate;

	if (c->certificate == NULL)
		return true;
	certificate = certificate_load(&c->arena, c->certificate, f);
	if (certificate == NULL)
		return false;
	struct db_param p[4] = { db_text(text_of(c->arguments[0])), db_text(certificate->serial),
		                 db_bytes(certificate->der.at, certificate->der.len), db_time(&c->arena, clock_now_us(&c->clock)) };
	return ctl_run(c, put, p, 4, f) != NULL;
}

static bool drop_certificate(struct ctl *c, struct fault *f)
{
	static const char drop[] = "delete from platform_certificate where platform_code = $1 and cert_no = serial_key($2) returning 1";
	struct db_param p[2] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->drop_certificate)) };
	const struct change gone = { drop, p, 2, { FAULT_NOT_FOUND, "the platform has no certificate of that serial number" } };

	return c->drop_certificate == NULL || rows_change(c, &gone, f);
}

bool platform_set(struct ctl *c, struct fault *f)
{
	if (*c->arguments[0] == '\0' || text_utf8_length(text_of(c->arguments[0])) > 18)
		return fault_set(f, FAULT_BAD_REQUEST, "a platform's code has up to 18 characters");
	if (c->url == NULL && c->certificate == NULL && c->drop_certificate == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "say what to set: --url, --certificate or --drop-certificate");
	return set_url(c, f) && add_certificate(c, f) && drop_certificate(c, f);
}

bool platform_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "platform_code", "url", "cert_no", "added_at" };
	static const char select[] =
	"select platform_code, url, cert_no, added_at from platform_endpoint full join platform_certificate using (platform_code)"
	" order by platform_code, added_at";

	return rows_show(c, &(struct shown){ .sql = select, .columns = columns, .kinds = "tttz" }, f);
}
