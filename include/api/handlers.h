/* The first step of every resource, for the table of routes. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/req.h"

/* filings.c, filings_read.c */
step_fn filings_post, filings_find, filings_get, filings_receipt;
/* jobs.c */
step_fn jobs_list, jobs_get, jobs_results, jobs_cancel;
/* declarations.c */
step_fn declarations_list, declarations_get, declarations_timeline, declarations_verdict;
/* rulings.c */
step_fn rulings_post, rulings_list;
/* receipts_ceb.c, receipts_poll.c */
step_fn declarations_receipts, receipts_poll;
/* clients.c */
step_fn me_get, me_report, clients_list, clients_get, clients_report, clients_state;
/* steps.c */
step_fn declarations_steps;
/* receipts.c, authorities.c, maintenance.c */
step_fn receipts_post, authorities_list, maintenance_post, maintenance_list;
/* deliveries.c, deliveries_range.c */
step_fn deliveries_list, deliveries_get, deliveries_retry, deliveries_retry_range;
/* outage_evidence.c */
step_fn outage_evidence;
/* events.c, digests.c */
step_fn events_list, digests_list;
/* credit.c, credit_events.c, credit_records.c */
step_fn credit_get, credit_events_post, credit_events_list, credit_changes_post;
step_fn credit_post, credit_ties_post, credit_outside_post, credit_warnings_post, credit_rules_get;
/* credit_messages.c */
step_fn credit_messages_list, credit_messages_acknowledge;
/* listings.c */
step_fn listings_post, listings_list, listings_exit;
/* identities.c */
step_fn identities_post;
/* payments.c: what callers do; payments_customs.c: what customs and platforms do among themselves */
step_fn payment_queries_post, payment_queries_get, payment_data_post;
step_fn payment_data_opened, payment_data_uploaded;
/* standard.c, problems.c, openapi.c */
step_fn standard_index, standard_record, standard_schema, standard_xml_schema, problems_get, openapi_get;
/* codes.c, regimes.c */
step_fn standard_codes, standard_code_list, standard_regimes;
/* authority_forms.c */
step_fn standard_authorities, standard_authority, standard_authority_schema, standard_goods_classes;
/* ops.c, test_clock.c */
step_fn ops_health, ops_ready, ops_metrics, test_clock_post;
/* subscriptions.c; subscriptions_change.c */
step_fn subscriptions_list, subscriptions_get, subscriptions_attempts, subscriptions_delete, subscriptions_rotate, subscriptions_enable;
step_fn subscriptions_post, subscriptions_patch, subscriptions_ping, subscriptions_replay;
/* sandbox.c */
step_fn sandbox_faults, sandbox_clock;

#endif
