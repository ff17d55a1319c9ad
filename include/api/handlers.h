/* The first step of every resource, for the table of routes. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/req.h"

/* filings.c, filings_read.c */
step_fn filings_post, filings_find, filings_get, filings_receipt;
/* jobs.c */
step_fn jobs_list, jobs_get, jobs_results, jobs_cancel;
/* declarations.c, verdict.c */
step_fn declarations_list, declarations_get, declarations_timeline, declarations_verdict;
/* rulings.c */
step_fn rulings_post, rulings_list;
/* receipts_ceb.c, receipts_poll.c */
step_fn declarations_receipts, receipts_poll;
/* clients.c */
step_fn me_get, me_report, clients_list, clients_get, clients_report, clients_state;
/* taxes.c */
step_fn declarations_taxes, taxes_list, taxes_sums;
/* returns.c */
step_fn returns_list, returns_get, returns_arrival;
/* tokens.c */
step_fn me_tokens_list, me_tokens_post, me_tokens_delete;
/* keys.c */
step_fn me_keys_list, me_keys_post, me_keys_delete;
/* senders.c */
step_fn me_quality, clients_quality;
/* quota.c */
step_fn me_limits;
/* steps.c */
step_fn declarations_steps;
/* receipts.c, authorities.c, maintenance.c */
step_fn receipts_post, authorities_list, maintenance_post, maintenance_list;
/* deliveries.c, deliveries_range.c */
step_fn deliveries_list, deliveries_get, deliveries_retry, deliveries_retry_range;
/* audit.c, audit_witness.c, evidence.c: the log */
step_fn audit_checkpoint, audit_keys, audit_proof, audit_consistency, audit_cosign, filings_proof, declarations_evidence;
/* outage_evidence.c */
step_fn outage_evidence;
/* events.c, digests.c */
step_fn events_list, digests_list;
/* access.c */
step_fn access_log_list, access_log_own;
/* credit.c, credit_events.c, credit_records.c */
step_fn credit_get, credit_events_post, credit_events_list, credit_changes_post;
step_fn credit_post, credit_ties_post, credit_outside_post, credit_warnings_post, credit_rules_get;
/* credit_indicators.c */
step_fn credit_indicators;
/* credit_candidates.c */
step_fn credit_candidates;
/* risk.c */
step_fn risk_rules_get, risk_shadow_get, risk_alarms_list, risk_lanes_get, risk_sampling_get, risk_draw_get, declarations_risk;
/* credit_messages.c */
step_fn credit_messages_list, credit_messages_acknowledge;
/* listings.c */
step_fn listings_post, listings_list, listings_exit;
/* persons.c, persons_changes.c */
step_fn persons_flags_post, persons_flags_search, persons_changes_post;
/* cases.c, cases_steps.c */
step_fn cases_post, cases_list, cases_get, cases_rules, cases_step, cases_access;
/* quality.c, recalls.c */
step_fn quality_events_post, quality_events_list, quality_warnings_list, quality_parcels;
step_fn recalls_post, recalls_list, recalls_get, recalls_end;

/* sampling_plans.c, samples.c */
step_fn sampling_plans_post, sampling_plans_list, sampling_plans_get, sampling_plans_end;
step_fn samples_list, samples_get, samples_taken, samples_result;
/* brands.c */
step_fn brands_post, brands_list, complaints_post, complaints_list, complaints_decide;
/* identities.c */
step_fn identities_post;
/* lookups.c */
step_fn lookups_find, lookups_post, lookups_get, lookups_rules;
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
/* enterprises.c, enterprises_change.c, enterprises_compare.c, parks.c */
step_fn enterprises_post, enterprises_get, enterprises_list, enterprises_change, comparisons_post, alerts_list, alerts_resolve;
step_fn parks_post, parks_list;
/* goods.c */
step_fn goods_post, goods_get, goods_list, goods_withdraw;
/* authorisations.c */
step_fn authorisations_post, authorisations_get, authorisations_list, authorisations_revoke;
/* tracking.c, tracking_post.c */
step_fn tracking_get, tracking_alerts, tracking_standard, trace_get, tracking_post;
/* consents.c */
step_fn consents_post, consents_list, consents_revoke, trade_get, reads_list;
/* sandbox.c */
step_fn sandbox_faults, sandbox_clock;

#endif
