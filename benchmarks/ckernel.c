/* The event loop of the kernel in C, for lines of sources, buffers, stations and sinks.

   A rival, not a part of the product: what the compiled Python costs beside C.  It works in the
   same order as `twin.kernel.engine` (what is due ends; then the line settles: offers move, servers
   start, servers show their state; then time goes on), draws the same numbers in the same blocks,
   and keeps the same sums, so that its tally is that of the kernel to the nanosecond.  It knows one
   product, several targets of which the first that accepts is taken, several servers a station, and
   one failure mode that ages by working time.  What it leaves out it does not pay for.  */

#include "ckernel_state.h"
#include "ckernel_offers.h"

/* ---- draws ---- */

static i64 draw_one(struct run *s, int d, u64 stream, i64 i) {
  i64 found;
  draw(s->line, d, 1.0, stream, i, 1, &found);
  if (found < 0) s->code = BAD_SAMPLE, found = 0;
  return found;
}

/* The next arrival or process time of a node: a block is drawn ahead. */
static inline i64 draw_next(struct run *s, struct node *n) {
  i64 i = n->draws++;
  int k = i & (BLOCK - 1);
  if (k == 0) draw(s->line, n->dist, n->pace, n->stream, i, BLOCK, n->ahead);
  if (n->ahead[k] >= 0) return n->ahead[k];
  s->code = BAD_SAMPLE;
  return 0;
}

/* ---- servers ---- */

static inline void touch(struct run *s, struct resource *r) {
  if (r->touched) return;
  r->touched = 1;
  s->touched[s->n_touched++] = r - s->res;
}

static inline void may_start(struct run *s, struct resource *r) {
  if (r->starts) return;
  r->starts = 1;
  s->starting[s->n_starting++] = r - s->res;
}

static inline void gains_server(struct run *s, struct resource *r) {
  struct node *n = &s->nodes[r->node];
  if (++n->free == 1) begins_to_accept(s, n);
}

static inline void enter_server(struct run *s, struct resource *r, int part, int deliverer) {
  struct node *n = &s->nodes[r->node];
  close(s, r, deliverer);
  touch(s, r);
  n->free--;
  n->held++;
  r->part = part;
  r->phase = UNSTARTED;
  r->rest = draw_next(s, n);
  may_start(s, r);
}

static inline int leave_server(struct run *s, struct resource *r, int taker) {
  int part = r->part;
  close(s, r, taker);
  touch(s, r);
  s->nodes[r->node].held--;
  r->part = NONE;
  r->phase = EMPTY;
  if (!r->down) gains_server(s, r);
  return part;
}

static inline void start(struct run *s, struct resource *r) {
  r->starts = 0;
  if (r->phase != UNSTARTED || r->down) return;
  r->began = s->now;
  r->phase = BUSY;
  r->exact = s->now + r->rest;
  show(s, r, WORKING);
  if (r->clock >= 0 && r->left <= r->rest) set_slot(s, r->clock, s->now + r->left);
  set_slot(s, r->end, r->exact);
}

static inline void stop_clock(struct run *s, struct resource *r) {
  if (r->clock < 0) return;
  r->left -= s->now - r->began;
  if (r->left > 0 && s->due[r->clock] != NEVER) set_slot(s, r->clock, NEVER);
}

static inline void end_operation(struct run *s, struct resource *r) {
  close(s, r, BY_ITSELF);
  stop_clock(s, r);
  r->phase = DONE;
  offer(s, r);
  touch(s, r);
}

static void strike(struct run *s, struct resource *r) {
  const struct node *n = &s->nodes[r->node];
  if (r->phase == EMPTY) s->nodes[r->node].free--;
  r->down = 1;
  if (r->phase == BUSY) {
    set_slot(s, r->end, NEVER);
    close(s, r, INTERRUPTED);
    r->rest = r->exact - s->now;
    stop_clock(s, r);
    r->phase = UNSTARTED;
    may_start(s, r);
  }
  set_slot(s, r->clock, NEVER);
  i64 lasts = draw_one(s, n->repair, s->line->repair_stream[r - s->res], r->repair_draws++);
  set_slot(s, r->repair, s->now + lasts);
  touch(s, r);
  close(s, r, BY_ITSELF);
}

static void renew_clock(struct run *s, struct resource *r) {
  u64 stream = s->line->after_stream[r - s->res];
  r->left = draw_one(s, s->nodes[r->node].after, stream, r->after_draws++);
}

static void end_repair(struct run *s, struct resource *r) {
  set_slot(s, r->repair, NEVER);
  r->down = 0;
  renew_clock(s, r);
  if (r->phase == EMPTY) gains_server(s, r);
  may_start(s, r);
  touch(s, r);
  if (r->state == UNDER_REPAIR) close(s, r, BY_ITSELF);
}

/* ---- parts ---- */

static int more_parts(struct run *s) {
  int size = s->pool ? 2 * s->pool : 64;
  struct part *parts = realloc(s->parts, size * sizeof *parts);
  if (parts == NULL) return 0;
  for (int k = s->pool; k < size; k++) parts[k].next = k + 1 < size ? k + 1 : NONE;
  s->free_part = s->pool;
  s->parts = parts;
  s->pool = size;
  return 1;
}

static inline void append_part(struct run *s, struct node *n, int part) {
  s->parts[part].next = NONE;
  if (n->parts++ == 0)
    n->head = part;
  else
    s->parts[n->tail].next = part;
  n->tail = part;
}

static inline int drop_head(struct run *s, struct node *n) {
  int part = n->head;
  n->head = s->parts[part].next;
  n->parts--;
  return part;
}

static inline int take_part(struct run *s) {
  if (s->free_part < 0 && !more_parts(s)) {
    s->code = NO_MEMORY;
    return NONE;
  }
  int part = s->free_part;
  s->free_part = s->parts[part].next;
  s->parts[part].since = s->now;
  return part;
}

static inline void create_part(struct run *s, struct resource *r) {
  struct node *n = &s->nodes[r->node];
  int part = take_part(s);
  if (part < 0) return;
  append_part(s, n, part);
  if (n->parts == 1) offer(s, r);
}

static inline void enter_line(struct run *s, struct resource *r, int part) {
  emit_fact(s, r, s->parts[part].since, ENTERED);
  s->parts[part].entry = s->now;
  integrate_wip(s);
  s->inside++;
}

static inline int leave_source(struct run *s, struct resource *r, struct node *n) {
  int part = drop_head(s, n);
  enter_line(s, r, part);
  if (n->saturated)
    create_part(s, r);
  else if (n->parts > 0)
    offer(s, r);
  return part;
}

static inline int leave_buffer(struct run *s, struct resource *r, struct node *n, int taker) {
  int part = drop_head(s, n);
  emit(s, r, s->parts[part].since, WAITING, taker);
  if (n->held-- == n->capacity) begins_to_accept(s, n);
  if (n->parts > 0) offer(s, r);
  return part;
}

static inline int release(struct run *s, struct resource *r, int taker) {
  struct node *n = &s->nodes[r->node];
  r->offered = 0;
  if (n->kind == STATION) return leave_server(s, r, taker);
  if (n->kind == BUFFER) return leave_buffer(s, r, n, taker);
  return leave_source(s, r, n);
}

static inline void admit(struct run *s, struct node *n, struct resource *to, int part, int from) {
  s->parts[part].since = s->now;
  if (n->kind == STATION) {
    enter_server(s, to, part, from);
  } else if (n->kind == BUFFER) {
    n->held++;
    append_part(s, n, part);
    if (n->parts == 1) offer(s, to);
  } else {
    leave_line(s, to, part);
  }
}

/* Move an offer, or let it be if no target accepts it. */
static inline void move(struct run *s, int r) {
  const struct node *from = &s->nodes[s->res[r].node];
  for (int k = from->first_target; k < from->last_target; k++) {
    struct node *n = &s->nodes[s->line->targets[k]];
    if (!accepts(n)) continue;
    int to = n->resource;
    if (n->kind == STATION)
      while (s->res[to].phase != EMPTY || s->res[to].down) to++;
    int part = release(s, &s->res[r], to);
    admit(s, n, &s->res[to], part, r);
    return;
  }
}

#include "ckernel_passing.h"

/* ---- one instant ---- */

static inline void await_arrival(struct run *s, struct resource *r) {
  set_slot(s, r->arrival, s->now + draw_next(s, &s->nodes[r->node]));
}

static inline void end(struct run *s, int slot) {
  struct resource *r = &s->res[s->line->slot_who[slot]];
  switch (s->line->slot_kind[slot]) {
    case OPERATION_ENDS:
      set_slot(s, slot, NEVER);
      if (!pass_on(s, r)) end_operation(s, r);
      break;
    case REPAIR_ENDS: end_repair(s, r); break;
    case FAILURE_STRIKES: strike(s, r); break;
    default:
      await_arrival(s, r);
      if (!pass_in(s, r)) create_part(s, r);
  }
}

static inline int state_of(const struct resource *r) {
  if (r->down) return UNDER_REPAIR;
  if (r->phase == BUSY) return WORKING;
  return r->phase == EMPTY ? STARVED : BLOCKED;
}

static inline void settle(struct run *s) {
  for (;;) {
    int r = next_offer(s);
    if (r < 0 || s->code != REACHED) break;
    move(s, r);
  }
  for (int k = 0; k < s->n_starting; k++) start(s, &s->res[s->starting[k]]);
  s->n_starting = 0;
  for (int k = 0; k < s->n_touched; k++) {
    struct resource *r = &s->res[s->touched[k]];
    r->touched = 0;
    show(s, r, state_of(r));
  }
  s->n_touched = 0;
}

static inline void advance(struct run *s) {
  s->ends = 0;
  s->unsettled = 1;
  while (s->code == REACHED) {
    int slot = s->winners[1];
    i64 due = s->due[slot];
    if (due <= s->now && s->unsettled != MIDWAY) {
      s->ends++;
      s->unsettled = 1;
      end(s, slot);
      if (s->ends > s->line->most_ends) s->code = LIVELOCK;
    } else if (s->unsettled) {
      settle(s);
      s->unsettled = 0;
    } else if (due == NEVER) {
      s->code = DEADLOCK;
    } else if (due > s->line->end) {
      return;
    } else {
      s->now = due;
      s->ends = 0;
    }
  }
}

/* ---- the run ---- */

static void lay_out_nodes(struct run *s) {
  const struct line *l = s->line;
  for (int k = 0; k < l->nodes; k++)
    s->nodes[k] = (struct node){
        .kind = l->kind[k], .resource = l->resource[k], .capacity = l->capacity[k],
        .saturated = l->saturated[k], .dist = l->dist[k], .after = l->after[k],
        .repair = l->repair[k], .pace = l->pace[k], .stream = l->stream[k],
        .first_target = l->target_first[k], .last_target = l->target_first[k + 1],
        .first_feeder = l->feeder_first[k], .last_feeder = l->feeder_first[k + 1],
        .way = l->way[k], .way_to = l->way_to[k], .sole_feeder = l->sole_feeder[k],
        .free = l->kind[k] == STATION ? l->capacity[k] : 0, .head = NONE, .tail = NONE,
    };
}

static void begin(struct run *s) {
  const struct line *l = s->line;
  lay_out_nodes(s);
  for (int k = 0; k < l->leaves; k++) s->due[k] = NEVER;
  for (int k = l->leaves - 1; k > 0; k--)
    s->winners[k] = 2 * k < l->leaves ? s->winners[2 * k] : 2 * k - l->leaves;
  for (int k = 0; k < l->resources; k++) {
    struct resource *r = &s->res[k];
    *r = (struct resource){
        .node = l->node[k], .order = l->order[k], .priority = l->priority[k],
        .end = l->end_slot[k], .repair = l->repair_slot[k], .clock = l->clock_slot[k],
        .arrival = l->arrival_slot[k], .passes = l->passes[k], .state = VOID, .part = NONE,
        .time = s->sums->time + k * l->states, .laps = s->sums->laps + k * l->states,
        .count = s->sums->count + k * l->states,
    };
    const struct node *n = &s->nodes[r->node];
    if (n->kind == STATION) touch(s, r);
    if (r->clock >= 0) renew_clock(s, r);
    if (n->kind == SOURCE && n->saturated) create_part(s, r);
    if (n->kind == SOURCE && !n->saturated) await_arrival(s, r);
  }
}

/* Close what is open at the end. */
static void cut(struct run *s) {
  s->now = s->line->end;
  integrate_wip(s);
  for (int k = 0; k < s->line->resources; k++) {
    struct resource *r = &s->res[k];
    const struct node *n = &s->nodes[r->node];
    if (n->kind == STATION) close(s, r, CUT);
    if (n->kind == SOURCE && !n->saturated) s->sums->outside += n->parts;
    if (n->kind != BUFFER) continue;
    for (int part = n->head, j = 0; j < n->parts; j++, part = s->parts[part].next)
      emit(s, r, s->parts[part].since, WAITING, CUT);
  }
  s->sums->inside = s->inside;
}

/* Run a line from time 0 to the horizon; the sums are zero before.  Return what went wrong. */
int run_line(const struct line *line, struct sums *sums) {
  i64 size = 5 * line->resources + line->nodes + line->leaves;
  struct run s = {.line = line, .sums = sums, .start = line->start, .leaves = line->leaves};
  s.free_part = NONE;
  s.nodes = calloc(line->nodes, sizeof *s.nodes);
  s.res = calloc(line->resources, sizeof *s.res);
  s.due = calloc(line->leaves, sizeof *s.due);
  int *lists = calloc(size, sizeof *lists);
  s.code = s.nodes && s.res && s.due && lists ? REACHED : NO_MEMORY;
  if (s.code == REACHED) {
    s.winners = lists;
    s.fresh = s.winners + line->leaves;
    s.heap = s.fresh + 2 * line->resources;
    s.starting = s.heap + line->resources;
    s.touched = s.starting + line->resources;
    s.woken = s.touched + line->resources;
    begin(&s);
    advance(&s);
    cut(&s);
  }
  free(s.nodes), free(s.res), free(s.due), free(s.parts), free(lists);
  return s.code;
}
