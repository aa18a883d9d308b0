/* What the C kernel reads, what changes in a run, its pending ends and its sums.  */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

typedef int64_t i64;
typedef uint64_t u64;

#define NEVER INT64_MAX
#define NONE (-1)
#define BLOCK 8
#define LAP ((i64)1 << 62)
#define HALF 31
#define LOWEST 20
#define HIGHEST 57
#define MANTISSA 4

enum { SOURCE, BUFFER, CONVEYOR, STATION, SINK };
enum { CONSTANT = 0, EXPONENTIAL = 1, LOGNORMAL = 9 };
enum { EMPTY, UNSTARTED, BUSY, DONE };
enum { OPERATION_ENDS = 0, REPAIR_ENDS = 4, FAILURE_STRIKES = 6 };
/* States; VOID: none is shown. */
enum { VOID = -1, WORKING = 0, STARVED = 2, BLOCKED = 3, UNDER_REPAIR = 7 };
enum { WAITING = 16, ENTERED = 18, FINISHED = 19 };
/* Causes of the end of a state; below BY_ITSELF it is not counted. */
enum { INTERRUPTED = -3, CUT = -2, BY_ITSELF = -1 };
enum { REACHED, BAD_SAMPLE, NO_MEMORY, LIVELOCK, DEADLOCK };

/* What the caller passes: columns of the kernel's own arrays. */
struct line {
  i64 nodes, resources, leaves, states, seed, replication, start, end, most_ends;
  /* a node */
  const i64 *kind, *resource, *capacity, *saturated, *dist, *after, *repair;
  const double *pace;
  const u64 *stream;
  const i64 *target_first, *targets, *feeder_first, *feeders, *way, *way_to, *sole_feeder;
  /* a resource */
  const i64 *node, *order, *priority, *end_slot, *repair_slot, *clock_slot, *arrival_slot, *passes;
  const u64 *after_stream, *repair_stream;
  /* a distribution, a slot */
  const i64 *family;
  const double *a, *b;
  const i64 *slot_kind, *slot_who;
};

/* What it gets back. */
struct sums {
  i64 *time, *laps, *count, *histogram;
  i64 finished, lead_time, lead_laps, wip_high, wip_low, inside, outside;
};

#include "ckernel_draws.h"

struct node {
  i64 capacity, draws, ahead[BLOCK];
  double pace;
  u64 stream;
  int kind, resource, dist, after, repair, saturated;
  int first_target, last_target, first_feeder, last_feeder;
  int way, way_to, sole_feeder;
  int parts, held, free, head, tail;
  char woken;
};

struct resource {
  i64 since, offered_since, rest, exact, began, left, after_draws, repair_draws;
  i64 *time, *laps, *count;
  int node, order, priority, end, repair, clock, arrival;
  int state, part, phase;
  char down, offered, noted, heaped, starts, touched, passes;
};

struct part {
  i64 since, entry;
  int next;
};

struct run {
  const struct line *line;
  struct sums *sums;
  i64 now, start, wip_at, inside;
  struct node *nodes;
  struct resource *res;
  struct part *parts;
  i64 *due;
  int *winners, *fresh, *woken, *heap, *starting, *touched;
  int leaves, n_fresh, n_woken, n_heap, n_starting, n_touched, free_part, pool, code, unsettled;
  i64 ends;
};

/* ---- pending ends: a tournament, of those due together the lowest slot first ---- */

static inline void set_slot(struct run *s, int slot, i64 when) {
  i64 *due = s->due, theirs = due[slot ^ 1], earliest = theirs < when ? theirs : when;
  int *winners = s->winners, best = theirs - (slot & 1) < when ? slot ^ 1 : slot;
  due[slot] = when;
  int i = (s->leaves + slot) >> 1;
  winners[i] = best;
  while (i > 1) {
    int other = winners[i ^ 1];
    theirs = due[other];
    best ^= (best ^ other) & -(theirs - (i & 1) < earliest); /* no branch to guess */
    earliest = theirs < earliest ? theirs : earliest;
    winners[i >>= 1] = best;
  }
}

/* ---- sums ---- */

static inline void sum_up(struct resource *r, int state, i64 time) {
  i64 total = r->time[state] + time;
  if (total >= LAP) total -= LAP, r->laps[state]++;
  r->time[state] = total;
}

static inline void emit(struct run *s, struct resource *r, i64 since, int state, int cause) {
  if (since == s->now && !(state == WORKING && cause == BY_ITSELF)) return;
  if (s->now <= s->start) return;
  sum_up(r, state, s->now - (since > s->start ? since : s->start));
  r->count[state] += cause >= BY_ITSELF;
}

static inline void emit_fact(struct run *s, struct resource *r, i64 since, int state) {
  if (s->now <= s->start) return;
  sum_up(r, state, s->now - since);
  r->count[state]++;
}

static inline void close(struct run *s, struct resource *r, int cause) {
  if (r->state == VOID) return;
  emit(s, r, r->since, r->state, cause);
  r->state = VOID;
}

static inline void show(struct run *s, struct resource *r, int state) {
  if (r->state == state) return;
  close(s, r, BY_ITSELF);
  r->state = state;
  r->since = s->now;
}

static inline void integrate_wip(struct run *s) {
  i64 since = s->wip_at > s->start ? s->wip_at : s->start, mask = ((i64)1 << HALF) - 1;
  if (s->now > since) {
    i64 time = s->now - since, low = s->sums->wip_low + s->inside * (time & mask);
    s->sums->wip_high += s->inside * (time >> HALF) + (low >> HALF);
    s->sums->wip_low = low & mask;
  }
  s->wip_at = s->now;
}

static inline int lead_bin(i64 lead) {
  if (lead < (i64)1 << LOWEST) return 0;
  if (lead >= (i64)1 << HIGHEST) return ((HIGHEST - LOWEST) << MANTISSA) + 1;
  int exponent = 63 - __builtin_clzll((u64)lead);
  int mantissa = (lead >> (exponent - MANTISSA)) & ((1 << MANTISSA) - 1);
  return ((exponent - LOWEST) << MANTISSA) + mantissa + 1;
}

static inline void leave_line(struct run *s, struct resource *r, int part) {
  struct part *p = &s->parts[part];
  struct sums *sums = s->sums;
  emit_fact(s, r, p->entry, FINISHED);
  integrate_wip(s);
  s->inside--;
  if (s->now > s->start) {
    i64 lead = s->now - p->entry;
    sums->finished++;
    sums->lead_time += lead;
    if (sums->lead_time >= LAP) sums->lead_time -= LAP, sums->lead_laps++;
    sums->histogram[lead_bin(lead)]++;
  }
  p->next = s->free_part;
  s->free_part = part;
}
