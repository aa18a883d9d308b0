/* Draws of the C kernel: the streams, floats and samplers of `twin.kernel`, bit by bit.  */

/* In a loop: no vector instructions, where lanes would have to compute all branches. */
#define ONE_BY_ONE __asm__ volatile("")

/* One round of Threefry-2x64 (see `twin.kernel.streams`). */
#define STEP(by) (x += y, y = ((y << (by)) | (y >> (64 - (by)))) ^ x)

static inline double uniform(u64 key0, u64 key1, u64 replication, u64 i) {
  u64 key2 = 0x1BD11BDAA9FC1A22u ^ key0 ^ key1;
  u64 x = i + key0, y = (replication << 32) + key1;
  STEP(16), STEP(42), STEP(12), STEP(31);
  x += key1, y += key2 + 1;
  STEP(16), STEP(32), STEP(24), STEP(21);
  x += key2, y += key0 + 2;
  STEP(16), STEP(42), STEP(12), STEP(31);
  x += key0, y += key1 + 3;
  STEP(16);
  return ((double)(i64)(x >> 11) + 0.5) * 0x1p-53;
}

static inline i64 bits_of(double x) {
  union { double x; i64 bits; } u = {.x = x};
  return u.bits;
}

static inline double with_bits(i64 bits) {
  union { i64 bits; double x; } u = {.bits = bits};
  return u.x;
}

static const double LN2_HIGH = 6.93147180369123816490e-01, LN2_LOW = 1.90821492927058770002e-10;

static inline double log_of(double x) {
  i64 bits = bits_of(x) + (0x3FF0000000000000 - 0x3FE6A09E00000000);
  double k = (double)((bits >> 52) - 1023);
  double f = with_bits((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E00000000) - 1.0;
  double s = f / (2.0 + f), z = s * s, w = z * z, ww = w * w;
  double even = w * (3.999999999940941908e-01 + w * 2.222219843214978396e-01);
  even = even + w * (ww * 1.531383769920937332e-01);
  double odd = 6.666666666666735130e-01 + w * 2.857142874366239149e-01;
  odd = z * (odd + ww * (1.818357216161805012e-01 + w * 1.479819860511658591e-01));
  double half = 0.5 * f * f;
  return k * LN2_HIGH - ((half - (s * (half + (even + odd)) + k * LN2_LOW)) - f);
}

static inline double exp_of(double x) {
  double y = x > -708.0 ? x : -708.0;
  y = y < 709.0 ? y : 709.0;
  double whole = floor(1.44269504088896338700 * y + 0.5);
  double high = y - whole * LN2_HIGH, low = whole * LN2_LOW;
  double r = high - low, rr = r * r, rrrr = rr * rr;
  double p = 1.66666666666666019037e-01 - rr * 2.77777777770155933842e-03;
  double q = 6.61375632143793436117e-05 - rr * 1.65339022054652515390e-06;
  double c = r - rr * (p + rrrr * (q + rrrr * 4.13813679705723846039e-08));
  double power = with_bits(((i64)whole + 1023) << 52);
  double found = (1.0 + ((r * c / (2.0 - c) - low) + high)) * power;
  found = x > 709.0 ? INFINITY : found;
  return x < -708.0 ? 0.0 : found;
}

static inline double ratio(double r, const double *n, const double *d) {
  double rr = r * r, rrrr = rr * rr;
  double above = ((n[0] + n[1] * r) + (n[2] + n[3] * r) * rr) +
                 ((n[4] + n[5] * r) + (n[6] + n[7] * r) * rr) * rrrr;
  double below = ((1.0 + d[0] * r) + (d[1] + d[2] * r) * rr) +
                 ((d[3] + d[4] * r) + (d[5] + d[6] * r) * rr) * rrrr;
  return above / below;
}

static const double CENTRE_ABOVE[8] = {
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
    1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
    3.3430575583588128105e4, 2.5090809287301226727e3,
};
static const double CENTRE_BELOW[7] = {
    4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
    5.2264952788528545610e3,
};
static const double NEAR_ABOVE[8] = {
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4,
};
static const double NEAR_BELOW[7] = {
    2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
    1.05075007164441684324e-9,
};
static const double FAR_ABOVE[8] = {
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
    2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
    2.71155556874348757815e-5, 2.01033439929228813265e-7,
};
static const double FAR_BELOW[7] = {
    5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
    2.04426310338993978564e-15,
};

static inline double normal_quantile(double u) {
  double q = u - 0.5;
  if (fabs(q) <= 0.425) return q * ratio(0.180625 - q * q, CENTRE_ABOVE, CENTRE_BELOW);
  double r = sqrt(-log_of(u < 1.0 - u ? u : 1.0 - u));
  double z = r <= 5.0 ? ratio(r - 1.6, NEAR_ABOVE, NEAR_BELOW)
                      : ratio(r - 5.0, FAR_ABOVE, FAR_BELOW);
  return q < 0.0 ? -z : z;
}

static inline i64 rounded(double x) { return 0.0 <= x && x <= 0x1p62 ? (i64)(x + 0.5) : NONE; }

/* Put draws `first`, `first` + 1, ... of a distribution into `found`, ns. */
static inline void draw(const struct line *line, int d, double pace, u64 stream, i64 first,
                        int count, i64 *found) {
  double a = line->a[d], b = line->b[d], x[BLOCK];
  u64 seed = line->seed, replication = line->replication;
  if (line->family[d] == EXPONENTIAL) {
    for (int k = 0; k < count; k++)
      found[k] = rounded(-a * log_of(uniform(stream, seed, replication, first + k)) * pace);
  } else if (line->family[d] == LOGNORMAL) {
    for (int k = 0; k < count; k++) x[k] = uniform(stream, seed, replication, first + k);
    for (int k = 0; k < count; k++) {
      ONE_BY_ONE;
      x[k] = a + b * normal_quantile(x[k]);
    }
    for (int k = 0; k < count; k++) found[k] = rounded(exp_of(x[k]) * pace);
  } else {
    for (int k = 0; k < count; k++) found[k] = rounded(a * pace);
  }
}
