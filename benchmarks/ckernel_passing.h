/* The commonest end of an operation in the C kernel, done at once as in `twin.kernel.passing`.  */

enum { UNKNOWN = -2, MIDWAY = 2 };

/* Begin to work on a part on a server that has nothing to do first; its record is closed. */
static inline void begin_work(struct run *s, struct resource *r, int part) {
  s->parts[part].since = s->now;
  r->part = part;
  r->rest = draw_next(s, &s->nodes[r->node]);
  r->phase = BUSY;
  r->began = r->since = s->now;
  r->state = WORKING;
  r->exact = s->now + r->rest;
  if (r->clock >= 0 && r->left <= r->rest) set_slot(s, r->clock, s->now + r->left);
  set_slot(s, r->end, r->exact);
}

static inline void offer_one_way(struct run *s, struct resource *r) {
  r->offered = 1;
  r->offered_since = s->now;
}

/* The server that a part put into a plain resource goes on to, NONE: it stays, or leaves. */
static inline int next_server(const struct run *s, int to) {
  const struct node *n = &s->nodes[s->res[to].node];
  if (n->kind == SINK || (n->kind == BUFFER && n->parts > 0)) return NONE;
  if (n->kind == STATION) return to;
  if (n->way < 0) return UNKNOWN;
  if (!accepts(&s->nodes[n->way])) return NONE;
  int plain = n->way_to >= 0 && s->res[n->way_to].passes && s->nodes[n->way].kind == STATION;
  return plain ? n->way_to : UNKNOWN;
}

/* Put a part into a plain buffer, where it stays for now. */
static inline void stay(struct run *s, int part, int to) {
  struct node *n = &s->nodes[s->res[to].node];
  s->parts[part].since = s->now;
  n->held++;
  append_part(s, n, part);
  if (n->parts == 1) offer_one_way(s, &s->res[to]);
}

static inline int is_alone(const struct run *s) {
  return s->ends == 1 && s->due[s->winners[1]] > s->now;
}

/* Move a part from server r to a plain resource, and on to a server there or behind it. */
static inline void put(struct run *s, int part, int r, int to, int server) {
  struct node *n = &s->nodes[s->res[to].node];
  if (n->kind == SINK) {
    leave_line(s, &s->res[to], part);
  } else if (server >= 0) {
    struct resource *x = &s->res[server];
    close(s, x, server == to ? r : to);
    s->nodes[x->node].free--;
    s->nodes[x->node].held++;
    begin_work(s, x, part);
  } else {
    stay(s, part, to);
  }
}

/* Let a part that comes to a source enter the line if what follows is of this kind; return whether. */
static inline int pass_in(struct run *s, struct resource *r) {
  struct node *n = &s->nodes[r->node];
  int to = n->way_to;
  if (!r->passes || n->parts > 0 || !is_alone(s)) return 0;
  if (to < 0 || !s->res[to].passes || s->nodes[n->way].kind == SINK) return 0;
  if (!accepts(&s->nodes[n->way])) return 0;
  int server = next_server(s, to);
  if (server == UNKNOWN) return 0;
  int part = take_part(s);
  if (part < 0) return 0;
  enter_line(s, r, part);
  put(s, part, r - s->res, to, server);
  s->unsettled = 0;
  return 1;
}

/* Let a server that is empty now take the next part of its buffer, or starve. */
static inline void take_next(struct run *s, struct resource *r, struct node *n) {
  int a = n->sole_feeder;
  struct node *from = a >= 0 ? &s->nodes[s->res[a].node] : NULL;
  int plain = from && s->res[a].passes && from->kind == BUFFER;
  if (plain && s->res[a].offered && from->way == n - s->nodes) {
    int part = drop_head(s, from);
    emit(s, &s->res[a], s->parts[part].since, WAITING, r - s->res);
    if (from->held-- == from->capacity) begins_to_accept(s, from);
    s->res[a].offered = 0;
    if (from->parts > 0) offer_one_way(s, &s->res[a]);
    begin_work(s, r, part);
  } else {
    r->part = NONE;
    r->phase = EMPTY;
    n->held--;
    if (plain && !s->res[a].offered) {
      n->free++;
      r->state = STARVED;
      r->since = s->now;
    } else {
      gains_server(s, r);
      touch(s, r);
    }
  }
  s->unsettled = s->n_fresh + s->n_woken + s->n_touched > 0 ? MIDWAY : 0;
}

/* Do all that follows from the end of an operation if it is of this kind; return whether. */
static inline int pass_on(struct run *s, struct resource *r) {
  struct node *n = &s->nodes[r->node];
  if (!r->passes || !is_alone(s) || n->way < 0) return 0;
  int part = r->part, to = n->way_to;
  if (!accepts(&s->nodes[n->way])) {
    close(s, r, BY_ITSELF);
    stop_clock(s, r);
    r->phase = DONE;
    offer_one_way(s, r);
    r->state = BLOCKED;
    r->since = s->now;
    s->unsettled = 0;
    return 1;
  }
  if (to < 0 || !s->res[to].passes) return 0;
  int server = next_server(s, to);
  if (server == UNKNOWN) return 0;
  close(s, r, BY_ITSELF);
  stop_clock(s, r);
  put(s, part, r - s->res, to, server);
  take_next(s, r, n);
  return 1;
}
