// What the retina, supralinearity, input adaption and multiplicative integration do to responses: the curves of docs/mechanisms.
// Each statement of those pages is checked here; the program fails where one does not hold.
//
//   cmake --build build --target example.28_mechanisms && build/examples/28_mechanisms mechanisms.csv
//   python examples/figures/mechanisms.py mechanisms.csv docs/figures            draws them
#include <dynvision/analysis/facts.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/run/unroll.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numbers>
#include <optional>

using namespace dynvision;

namespace {

using Course = std::vector<double>;  // one number for each step
constexpr double dt = 2, tau = 5, a = dt / tau;

Course responses(run::Activity const& activity) {
  Course all;
  for (Signal const& r : activity.responses.front().steps) all.push_back(r.defined() ? r.mean().item<double>() : 0);
  return all;
}

template <class Net> void set_weight(Net const& net, std::string_view name, double value) {
  at::AutoGradMode const no_gradient(false);
  tensor_of(net.parameters(), name).fill_(value);
}

// One pixel, whose value in each step is that of `drive`: (B,T,C,H,W).
Tensor pixels(Course const& drive) {
  Tensor const frames = zeros({1, static_cast<std::int64_t>(drive.size()), 1, 1, 1});
  for (std::size_t t = 0; t < drive.size(); ++t) frames[0][static_cast<std::int64_t>(t)].fill_(drive[t]);
  return frames;
}

template <class Net> Course shown(Net const& net, Course const& drive) {
  at::AutoGradMode const no_gradient(false);
  return responses(run::unroll(net, pixels(drive), {.n_timesteps = static_cast<int>(drive.size()), .record = true}));
}

Course pulse(double height, int on, int n) {
  Course all(static_cast<std::size_t>(n), 0);
  for (int t = 0; t < on; ++t) all[static_cast<std::size_t>(t)] = height;
  return all;
}

double sum(Course const& all) {
  double total = 0;
  for (double const r : all) total += r;
  return total;
}

// Statements that do not hold, and the table.
struct Book {
  CsvWriter csv;
  int wrong = 0;

  void curve(char const* figure, char const* panel, std::string const& name, Course const& x, Course const& y) {
    for (std::size_t i = 0; i < x.size(); ++i)
      csv.row({figure, panel, name, CsvWriter::text(x[i]), CsvWriter::text(y[i])});
  }
  void trace(char const* figure, char const* panel, std::string const& name, Course const& r) {
    Course time;
    for (std::size_t t = 0; t < r.size(); ++t) time.push_back(dt * static_cast<double>(t + 1));
    curve(figure, panel, name, time, r);
  }
  void holds(bool good, char const* statement, double value) {
    std::printf("%-3s %-86s %g\n", good ? "yes" : "NO", statement, value);
    wrong += good ? 0 : 1;
  }
};

bool near(double x, double y, double most = 2e-5) { return std::abs(x - y) <= most * std::max(1.0, std::abs(y)); }

Course contrasts() {
  Course all;
  for (int i = 1; i <= 20; ++i) all.push_back(0.05 * i);
  return all;
}

// --- supralinearity --------------------------------------------------------------------------------------------------------
// [supralinear]
struct Powered : Layer<"V1", Conv<1, 1, 1>, Evolve<>, Relu, Supralinear, Record, Delay> {};
ModelWith<NoHead, Powered> powered(double n) {
  ModelWith<NoHead, Powered> net({.input_dims = {1, 1, 1}, .dt = dt, .tau = tau, .bias = false, .supralinearity = n});
  set_weight(net, "V1.conv.weight", 1);
  return net;
}
// [/supralinear]

// The smaller root of r = 0.8 ((1 - a) r + a u)^2; none: there is no steady state.
std::optional<double> steady(double u) {
  double const k = 0.8, b = 1 - a, p = k * b * b, q = 2 * k * a * b * u - 1, s = k * a * a * u * u;
  double const root = q * q - 4 * p * s;
  if (root < 0) return std::nullopt;
  return (-q - std::sqrt(root)) / (2 * p);
}

void supralinearity(Book& book) {
  for (double const n : {1.0, 1.5, 2.0, 3.0}) {
    Course peak;
    auto const net = powered(n);
    for (double const c : contrasts()) peak.push_back(shown(net, pulse(c, 60, 60)).back());
    book.curve("supralinearity", "contrast", "n = " + CsvWriter::text(n), contrasts(), peak);
    double const slope = std::log(peak[3] / peak[1]) / std::log(2);  // of contrast 0.1 to 0.2
    if (n == 1) book.holds(near(slope, 1), "n = 1: the response is in proportion to contrast (exponent)", slope);
    if (n == 2)
      book.holds(slope >= 2 && slope < 2.4, "n = 2: the exponent of contrast is n and more, for the state feeds itself",
                 slope);
    if (n == 3) book.holds(slope >= 3 && slope < 3.3, "n = 3: likewise", slope);
    if (n != 2) continue;
    double worst = 0;
    for (std::size_t i = 0; i < peak.size(); ++i) worst = std::max(worst, std::abs(peak[i] - *steady(contrasts()[i])));
    book.holds(worst < 1e-5, "n = 2: the steady response is the smaller root of r = k ((1 - a) r + a c)^n", worst);
  }
  auto const relative = [&](double n, double c) {
    Course r = shown(powered(n), pulse(c, 25, 60));
    double const last = r[24];
    for (double& value : r) value /= last;
    return r;
  };
  book.trace("supralinearity", "time", "n = 1, any contrast", relative(1, 1));
  book.trace("supralinearity", "time", "n = 2, contrast 0.25", relative(2, 0.25));
  book.trace("supralinearity", "time", "n = 2, contrast 1", relative(2, 1));
  book.trace("supralinearity", "time", "n = 2, contrast 1.25", relative(2, 1.25));
  Course const low = relative(1, 0.25), high = relative(1, 1), quick = relative(2, 0.25);
  double apart = 0;
  for (std::size_t t = 0; t < low.size(); ++t) apart = std::max(apart, std::abs(low[t] - high[t]));
  book.holds(apart < 1e-5, "n = 1: time courses do not depend on contrast", apart);
  book.holds(quick[0] > 0.85 && low[0] < 0.45, "n = 2, low contrast: most of the response is there in the first step",
             quick[0]);
  Course const after = relative(2, 1);
  book.holds(after[25] / after[24] < 0.5 * (1 - a),
             "n = 2: after the image it falls faster than with tau (factor of the first step; without: 0.6)",
             after[25] / after[24]);
  auto const half = [](Course const& r) {  // [steps]
    double t = 0;
    while (r[static_cast<std::size_t>(t)] < r[24] / 2) ++t;
    return t + 1;
  };
  double const at_low = half(shown(powered(2), pulse(0.25, 25, 40))),
               at_high = half(shown(powered(2), pulse(1.25, 25, 40)));
  book.holds(at_high > at_low,
             "n = 2: near the largest drive the response rises later (steps to half, minus those at 0.25)",
             at_high - at_low);
  Course limits, xs;
  for (int i = 0; i <= 32; ++i) {
    double const u = 0.05 * i;
    if (!steady(u)) break;
    xs.push_back(u), limits.push_back(*steady(u));
  }
  book.curve("supralinearity", "limit", "steady state, n = 2", xs, limits);
  double const over = shown(powered(2), pulse(1.35, 60, 60)).back();
  book.holds(!steady(1.35) && steady(1.3) && over > 100,
             "n = 2: above a drive of 1.30 there is no steady state: the response grows", over);
}

// --- input adaption --------------------------------------------------------------------------------------------------------
// [adaption]
struct Adapting : Layer<"V1", InputAdaption, Conv<1, 1, 1>, Evolve<>, Relu, Record, Delay> {};
ModelWith<NoHead, Adapting> adapting(double w) {
  ModelWith<NoHead, Adapting> net(
      {.input_dims = {1, 1, 1}, .dt = dt, .tau = tau, .bias = false, .input_adaption_weight = w});
  set_weight(net, "V1.conv.weight", 1);
  return net;
}
// [/adaption]

// A still image, seen in the steps where `drive` is not 0: it is one frame, which stays.
template <class Net> Course seen(Net const& net, Course const& drive) {
  at::AutoGradMode const no_gradient(false);
  std::vector<bool> steps;
  for (double const value : drive) steps.push_back(value != 0);
  run::Stimulus stimulus = run::present(full({1, 1, 1, 1}, 1), static_cast<int>(drive.size()));
  return responses(run::unroll(net, stimulus.masked(steps), {.record = true}));
}

void input_adaption(Book& book) {
  std::vector<std::pair<std::string, double>> const weights{{"off", 0}, {"w = 0.95", 0.95}, {"w = 0.8", 0.8}};
  for (auto const& [name, w] : weights) {
    auto const net = adapting(w);
    Course const r = seen(net, pulse(1, 30, 45));
    book.trace("input_adaption", "longer", name, r);
    double const factor = w == 0 ? 1 : w;
    double expected = 0, worst = 0;
    for (int t = 0; t < 45; ++t) {
      expected += a * ((t < 30 ? std::pow(factor, t) : 0) - expected);
      worst = std::max(worst, std::abs(r[static_cast<std::size_t>(t)] - expected));
    }
    book.holds(worst < 1e-5, "the response is that of an input which falls by w in each step", worst);
    // Twice 10 steps, 8 steps apart, of one image.
    Course twice(45, 0);
    for (int t = 0; t < 10; ++t) twice[static_cast<std::size_t>(t)] = twice[static_cast<std::size_t>(t + 18)] = 1;
    Course const two = seen(net, twice), one = seen(net, pulse(1, 10, 45));
    book.trace("input_adaption", "repeated", name, two);
    double most = 0;
    for (std::size_t t = 18; t < 45; ++t) most = std::max(most, std::abs(two[t] - one[t] - one[t - 18]));
    book.holds(most < 1e-5, "after a blank the same image has its whole effect again: no memory of what was shown",
               most);
    Course const film = shown(net, pulse(1, 30, 45)), off = seen(adapting(0), pulse(1, 30, 45));
    double change = 0;
    for (std::size_t t = 0; t < 45; ++t) change = std::max(change, std::abs(film[t] - off[t]));
    book.holds(change < 1e-5, "frames of a film, a new one in each step, do not adapt, be they alike or not", change);
    Course durations, sums;
    for (int d : {1, 2, 3, 5, 10, 15, 20, 30}) {
      durations.push_back(dt * d);
      sums.push_back(sum(seen(net, pulse(1, d, 80))));
    }
    book.curve("input_adaption", "duration", name, durations, sums);
    double const doubling = sums[6] / sums[4];  // 20 over 10 steps
    if (w == 0)
      book.holds(near(doubling, 2, 1e-3), "without it, twice as long an image has twice the summed response", doubling);
    if (w != 0)
      book.holds(near(doubling, (1 - std::pow(w, 20)) / (1 - std::pow(w, 10)), 1e-3),
                 "with it, the summed response grows as (1 - w^d) / (1 - w): less than in proportion", doubling);
  }
}

// --- integration -----------------------------------------------------------------------------------------------------------
// [integration]
template <class How>
struct Recurrent : Layer<"V1", Conv<1, 1, 1>, Recur<Self<1>, How>, Evolve<>, Relu, Record, Delay> {};
template <class How> ModelWith<NoHead, Recurrent<How>> recurrent(double w) {
  ModelWith<NoHead, Recurrent<How>> net(
      {.input_dims = {1, 1, 1}, .dt = dt, .tau = tau, .t_recurrence = dt, .bias = false, .fixed_self_weight = w});
  set_weight(net, "V1.conv.weight", 1);
  return net;
}
// [/integration]

void integration(Book& book) {
  double const w = 0.5;
  auto const none = recurrent<Additive>(0), add = recurrent<Additive>(w);
  auto const mul = recurrent<Multiplicative>(w);
  auto const steady_of = [](auto const& net) {
    Course r;
    for (double const c : contrasts()) r.push_back(shown(net, pulse(c, 80, 80)).back());
    return r;
  };
  Course const r0 = steady_of(none), ra = steady_of(add), rm = steady_of(mul);
  Course gain_a, gain_m;
  double additive = 0, multiplicative = 0;
  for (std::size_t i = 0; i < r0.size(); ++i) {
    gain_a.push_back(ra[i] / r0[i]), gain_m.push_back(rm[i] / r0[i]);
    additive = std::max(additive, std::abs(gain_a[i] - 1 / (1 - w)));
    multiplicative = std::max(multiplicative, std::abs(rm[i] - contrasts()[i] * (1 + std::tanh(w * rm[i]))));
  }
  for (auto const& [name, r] : {std::pair("no recurrence", r0), {"additive", ra}, {"multiplicative", rm}})
    book.curve("multiplicative", "contrast", name, contrasts(), r);
  book.curve("multiplicative", "gain", "additive", contrasts(), gain_a);
  book.curve("multiplicative", "gain", "multiplicative", contrasts(), gain_m);
  book.holds(additive < 1e-4, "additive: the gain is 1 / (1 - w) at every contrast", additive);
  book.holds(multiplicative < 1e-5, "multiplicative: the steady response solves r = c (1 + tanh(w r))", multiplicative);
  book.holds(gain_m.front() < 1.05 && gain_m.back() > 1.4, "multiplicative: the gain rises with contrast, from 1",
             gain_m.back());
  Course const loop = shown(recurrent<Additive>(1.2), pulse(1, 80, 80)),
               bounded = shown(recurrent<Multiplicative>(1.2), pulse(1, 80, 80));
  book.holds(loop.back() > 100 && bounded.back() < 2,
             "w = 1.2: additive recurrence grows without bound, multiplicative stays below twice the drive",
             bounded.back());
  auto const traced = [&](auto const& net, char const* name) {
    Course const r = shown(net, pulse(1, 30, 75));
    Course relative;
    for (double const value : r) relative.push_back(value / r[29]);
    book.trace("multiplicative", "time", name, relative);
    return r;
  };
  traced(none, "no recurrence");
  Course const ta = traced(add, "additive"), tm = traced(mul, "multiplicative");
  book.holds(near(tm[34] / tm[33], 1 - a, 1e-4),
             "multiplicative: after the image it falls as without recurrence (factor 1 - a)", tm[34] / tm[33]);
  book.holds(near(ta[34] / ta[33], 1 - a * (1 - w), 1e-3), "additive: it falls more slowly, with tau / (1 - w)",
             ta[34] / ta[33]);
}

// --- retina ----------------------------------------------------------------------------------------------------------------
constexpr int side = 48;

// [retina]
struct Eye : Layer<"V1", Retina<1, 2, 2>, Conv<2, 2, 1>, Evolve<>, Relu, Record, Delay> {};
struct NoEye : Layer<"V1", Conv<1, 1, 1>, Evolve<>, Relu, Record, Delay> {};
// [/retina]

double of_centre(int y, int x) {  // centre 1, surround 2 pixels, sums of 1 each
  auto const gauss = [&](double s) { return std::exp(-(x * x + y * y) / (2 * s * s)); };
  double centre = 0, surround = 0;
  for (int j = -4; j <= 4; ++j) {
    for (int i = -4; i <= 4; ++i) {
      centre += std::exp(-(i * i + j * j) / 2.0), surround += std::exp(-(i * i + j * j) / 8.0);
    }
  }
  return gauss(1) / centre - gauss(2) / surround;
}

ModelWith<NoHead, Eye> eye() {
  ModelWith<NoHead, Eye> net({.input_dims = {1, side, side}, .dt = dt, .tau = tau, .bias = false});
  at::AutoGradMode const no_gradient(false);
  Tensor const first = tensor_of(net.parameters(), "retina.conv1.weight"),
               second = tensor_of(net.parameters(), "retina.conv2.weight"),
               v1 = tensor_of(net.parameters(), "V1.conv.weight");
  second.zero_(), v1.zero_();
  for (int channel = 0; channel < 2; ++channel) {  // on and off
    for (int y = -4; y <= 4; ++y) {
      for (int x = -4; x <= 4; ++x) first[channel][0][y + 4][x + 4].fill_((channel == 0 ? 1 : -1) * of_centre(y, x));
    }
    second[channel][channel][4][4].fill_(1), v1[channel][channel][0][0].fill_(1);
  }
  return net;
}

Tensor picture(std::function<double(int, int)> const& of) {
  Tensor const image = zeros({1, 1, side, side});
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) image[0][0][y][x].fill_(of(y, x));
  }
  return image;
}

// The largest response in the middle, where borders have no effect.
template <class Net> double in_the_middle(Net const& net, Tensor const& image) {
  at::AutoGradMode const no_gradient(false);
  Tensor const r = run::unroll(net, image, {.n_timesteps = 40, .record = true}).responses.front().steps.back();
  return r.narrow(2, 12, 24).narrow(3, 12, 24).max().item<double>();
}

void retina(Book& book) {
  auto const with = eye();
  ModelWith<NoHead, NoEye> without({.input_dims = {1, side, side}, .dt = dt, .tau = tau, .bias = false});
  set_weight(without, "V1.conv.weight", 1);
  Course light, seen, direct;
  for (double const level : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    Tensor const image = picture([&](int, int) { return level; });
    light.push_back(level), seen.push_back(in_the_middle(with, image)), direct.push_back(in_the_middle(without, image));
  }
  book.curve("retina", "light", "without retina", light, direct);
  book.curve("retina", "light", "with retina", light, seen);
  book.holds(seen.back() < 1e-5 && near(direct.back(), 1),
             "an even image gives no response behind a retina whose weights sum to 0", seen.back());
  Course periods, tuned, flat;
  double worst = 0;
  for (int const period : {24, 16, 12, 8, 6, 4, 3}) {
    double const k = 2 * std::numbers::pi / period;
    Tensor const image = picture([&](int, int x) { return std::cos(k * x); });
    periods.push_back(1.0 / period), tuned.push_back(in_the_middle(with, image)),
        flat.push_back(in_the_middle(without, image));
    double expected = 0;  // the kernel's Fourier transform; a maximum of the cosine lies on a pixel
    for (int y = -4; y <= 4; ++y) {
      for (int x = -4; x <= 4; ++x) expected += of_centre(y, x) * std::cos(k * x);
    }
    worst = std::max(worst, std::abs(tuned.back() - std::abs(expected)));
  }
  book.curve("retina", "gratings", "without retina", periods, flat);
  book.curve("retina", "gratings", "with retina", periods, tuned);
  auto const best = static_cast<std::size_t>(std::max_element(tuned.begin(), tuned.end()) - tuned.begin());
  book.holds(worst < 1e-3, "gratings: the response is the Fourier transform of centre minus surround", worst);
  book.holds(best > 0 && best + 1 < tuned.size(),
             "gratings: some frequency between the lowest and the highest is the best (cycles/pixel)", periods[best]);
  {
    at::AutoGradMode const no_gradient(false);
    Tensor const bars = picture([](int, int x) { return std::cos(std::numbers::pi / 3 * x); });
    run::Activity const activity = run::unroll(with, bars, {.n_timesteps = 40, .record = true});
    auto const& steps = activity.responses.front().steps;
    double const first = steps.front().max().item<double>() / steps.back().max().item<double>();
    book.holds(near(first, a, 1e-3), "the retina takes no time: the first step has dt/tau of the steady response",
               first);
  }
  Tensor const edge = picture([](int, int x) { return x < side / 2 ? 0.2 : 0.8; });
  at::AutoGradMode const no_gradient(false);
  auto const row = [&](auto const& net, int channel) {
    Tensor const r = run::unroll(net, edge, {.n_timesteps = 40, .record = true}).responses.front().steps.back();
    Course all;
    for (int x = 12; x < 36; ++x) all.push_back(r[0][channel][side / 2][x].template item<double>());
    return all;
  };
  Course place;
  for (int x = 12; x < 36; ++x) place.push_back(x - side / 2);
  Course const on = row(with, 0), off = row(with, 1);
  book.curve("retina", "edge", "without retina", place, row(without, 0));
  book.curve("retina", "edge", "with retina: on", place, on);
  book.curve("retina", "edge", "with retina: off", place, off);
  book.holds(std::max({on.front(), on.back(), off.front(), off.back()}) < 1e-5,
             "far from the edge there is no response", on.back());
  auto const field = [](auto const& net) { return facts_of(net).layers.front().receptive_field; };
  auto const larger = static_cast<double>(field(with) - field(without));
  book.holds(larger == 16, "receptive fields are larger by 16 pixels", larger);
  auto const at = [&](Course const& r) {
    return place[static_cast<std::size_t>(std::max_element(r.begin(), r.end()) - r.begin())];
  };
  book.holds(at(on) >= 0 && at(on) <= 3 && at(off) < 0 && at(off) >= -4,
             "an edge excites the on channel on its bright side, the off channel on its dark side (pixels)", at(on));
}

}  // namespace

int main(int count, char** arguments) {
  Book book{CsvWriter(count > 1 ? arguments[1] : "/dev/null", {"figure", "panel", "curve", "x", "y"}, 0)};
  retina(book);
  supralinearity(book);
  input_adaption(book);
  integration(book);
  return book.wrong;
}
