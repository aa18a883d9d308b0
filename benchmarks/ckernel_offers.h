/* Offers of the C kernel: a heap of those to be tried, as in `twin.kernel.offers`.  */

static inline int ahead(const struct resource *a, const struct resource *b) {
  if (a->priority != b->priority) return a->priority < b->priority;
  if (a->offered_since != b->offered_since) return a->offered_since < b->offered_since;
  return a->order < b->order;
}

static inline void push(struct run *s, int r) {
  if (s->res[r].heaped) return;
  s->res[r].heaped = 1;
  int i = s->n_heap++;
  while (i > 0) {
    int parent = (i - 1) >> 1;
    if (!ahead(&s->res[r], &s->res[s->heap[parent]])) break;
    s->heap[i] = s->heap[parent];
    i = parent;
  }
  s->heap[i] = r;
}

static inline int pop(struct run *s) {
  int first = s->heap[0], size = --s->n_heap, i = 0;
  s->res[first].heaped = 0;
  if (size == 0) return first;
  int r = s->heap[size];
  for (int child; (child = 2 * i + 1) < size; i = child) {
    child += child + 1 < size && ahead(&s->res[s->heap[child + 1]], &s->res[s->heap[child]]);
    if (!ahead(&s->res[s->heap[child]], &s->res[r])) break;
    s->heap[i] = s->heap[child];
  }
  s->heap[i] = r;
  return first;
}

static inline void begins_to_accept(struct run *s, struct node *n) {
  if (n->woken) return;
  n->woken = 1;
  s->woken[s->n_woken++] = n - s->nodes;
}

static inline void offer(struct run *s, struct resource *r) {
  r->offered = 1;
  r->offered_since = s->now;
  if (r->noted) return;
  r->noted = 1;
  s->fresh[s->n_fresh++] = r - s->res;
}

static inline int accepts(const struct node *n) {
  if (n->kind == BUFFER) return n->capacity < 0 || n->held < n->capacity;
  return n->kind == SINK || n->free > 0;
}

/* Add an offer to those to be tried; one alone is not put into the heap but returned. */
static inline int add(struct run *s, int r, int first) {
  if (s->n_heap == 0) {
    if (first < 0 || first == r) return r;
    push(s, first);
  }
  push(s, r);
  return NONE;
}

/* The offer to be tried next, NONE if there is none. */
static inline int next_offer(struct run *s) {
  int first = NONE;
  for (int k = 0; k < s->n_fresh; k++) {
    s->res[s->fresh[k]].noted = 0;
    if (s->res[s->fresh[k]].offered) first = add(s, s->fresh[k], first);
  }
  s->n_fresh = 0;
  for (int k = 0; k < s->n_woken; k++) {
    struct node *n = &s->nodes[s->woken[k]];
    n->woken = 0;
    for (int f = n->first_feeder; f < n->last_feeder; f++) {
      const struct node *from = &s->nodes[s->line->feeders[f]];
      int servers = from->kind == STATION ? from->capacity : 1;
      for (int r = from->resource; r < from->resource + servers; r++)
        if (s->res[r].offered) first = add(s, r, first);
    }
  }
  s->n_woken = 0;
  return s->n_heap > 0 ? pop(s) : first;
}
