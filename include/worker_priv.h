/* The inside of a worker, shared by src/worker*.c; nobody else includes it. */
#ifndef WORKER_PRIV_H
#define WORKER_PRIV_H

#include "api/api.h"
#include "api/job_runner.h"
#include "customs_signer.h"
#include "flow/follower.h"
#include "flow/payment_calls.h"
#include "io/httpc.h"
#include "store/client_store.h"
#include "store/inbox.h"
#include "store/key_store.h"
#include "store/sender_quality.h"
#include "store/signature_failures.h"
#include "store/right_store.h"
#include "store/rule_store.h"
#include "store/schema_store.h"
#include "worker.h"

enum { RETIRED_MAX = 128, BACKLOG_BYTES = 4096 };

enum reload_step { RELOAD_IDLE, RELOAD_REVISION, RELOAD_RULES, RELOAD_RIGHTS, RELOAD_CLIENTS };

struct worker_reload { /* worker_reload.c */
	struct db_call call;
	struct loop_timer tick;
	enum reload_step step;
	bool wanted;             /* all anew, whatever the revision says */
	bool once_more;          /* the revision moved a moment ago: its change may have been committed after our look */
	bool has_failed;         /* the last attempt; told once */
	bool rights_alone;       /* nothing else moved */
	bool rights_once_more;   /* as once_more, of the rights */
	int64_t rights_revision; /* of what is in force */
	int64_t whole_revision;  /* of rules since which rights and clients were read, too */
	bool again;              /* a caller changed something: to be looked for soon, whatever is under way */
	int64_t last_us;         /* monotonic, of a look that an unknown token asked for */
	int64_t looked_us;       /* monotonic, of the last look at the revision */
	uint64_t rules_mark, rights_mark, clients_mark; /* of what is in force */
	struct { struct client_set *clients; struct rules *rules; int64_t since_us; } retired[RETIRED_MAX]; /* still pointed into */
	int retired_count;
};

struct worker_keys { /* worker_keys.c: the next month's data key being made */
	struct db_call call;
	struct key_new made;
	struct arena arena;
	bool making;
	int64_t again_us; /* monotonic */
};

struct worker_watch { /* worker_watch.c */
	struct loop_timer tick;
	struct db_call health_call, partitions_call, backlog_call, sweep_call;
	bool asking_health, asking_partitions, asking_backlog, asking_sweep;
	struct db_param partitions_params[1], backlog_params[1], sweep_params[1];
	int64_t params_space[3]; /* where the parameters' bytes lie */
	int64_t answered_us;     /* monotonic, the last answer; 0: none yet */
	int schema_version;
	bool fsync_on, is_writable;
	int64_t lag_us;
	int32_t partitions_day;  /* the last day on which all were made or found */
	int32_t partitions_asked_day;
	int partitions_made;     /* of those of that day, so far */
	int64_t partitions_again_us; /* monotonic: not before, after a failure */
	int64_t backlog_us, sweep_us; /* when it was asked for */
	struct worker_backlog backlog; /* the first worker's */
};

struct worker {
	struct worker_deps deps;
	struct loop *loop;
	struct db *pools[POOL_COUNT];
	struct httpc *httpc;
	struct signer *signer;
	struct vault *vault;
	struct worker_keys keys;
	struct customs_signer *customs_signer; /* NULL: messages to customs go unsigned */
	struct signing_key *payment_key; /* NULL: no payment data are sent */
	struct payment_calls *payment_calls;
	struct follower_turn follower_turn;
	struct follower *followers[FOLLOWER_COUNT]; /* NULL but in the first worker */
	struct httpc *push_httpc;    /* its own: with rules for addresses */
	struct push *push;
	struct id_source ids;
	struct recent *recent;
	struct inbox *inbox;
	struct flow *flow;
	struct intake *intake;
	struct sender_quality *sender_quality;
	struct signature_failures *failures;
	struct job_runner *jobs;
	struct api *api;
	struct httpd *httpd[LISTENER_COUNT]; /* NULL until it listens, or where it does not */
	struct client_trust *trust;  /* of certificates that a proxy hands on; NULL: none are taken */
	struct rules *rules;         /* NULL until read */
	struct rights *rights;
	struct policy *policy;       /* looked into within a step only: replaced at once */
	struct client_set *clients;
	struct worker_reload reload;
	struct worker_watch watch;
	bool is_known;               /* rules, rights and clients were read once */
	struct worker_sockets given; /* by systemd, or by the first worker; once has_given */
	bool has_given;
	struct loop_timer drain;
	int64_t drain_until_us;      /* 0: not draining */
	bool drain_stops, flow_quiesced;
	_Atomic bool drained;
};

/* worker_make.c: all that is not made yet; what is made stays for worker_free(). */
bool worker_make(struct worker *w, struct fault *f) must_check;

/* worker_followers.c */
bool worker_followers_make(struct worker *w, bool (*is_busy)(void *arg), struct fault *f) must_check; /* is_busy: filings pour in */
void worker_followers_quiesce(struct worker *w); /* what is left the next daemon does */
bool worker_followers_are_idle(const struct worker *w);
void worker_followers_free(struct worker *w);

/* worker_listen.c */
void worker_known(struct worker *w); /* rules and clients are here for the first time */
int worker_connections(const struct worker *w);
int worker_open_requests(const struct worker *w);

/* worker_reload.c */
void worker_reload_start(struct worker *w);
void worker_reload_stop(struct worker *w);
void worker_reload_asked(void *arg); /* an unknown token; at most once a second */
void worker_reload_moved(void *arg); /* a caller has changed what is held in memory: look now */

/* worker_keys.c */
bool worker_keys_open(struct worker *w, struct fault *f) must_check; /* before anything reads or writes */
bool worker_keys_take(struct worker *w, const struct db_rows *rows, struct fault *f) must_check; /* of key_store_all: those that came since */
void worker_keys_tick(struct worker *w); /* every second, once rules and clients are known */
void worker_keys_stop(struct worker *w);

/* worker_watch.c */
void worker_watch_start(struct worker *w);
void worker_watch_stop(struct worker *w);
void worker_ready(void *arg, struct buf *problems);

/* worker_metrics.c */
void worker_metrics(void *arg, struct buf *out);

#endif
