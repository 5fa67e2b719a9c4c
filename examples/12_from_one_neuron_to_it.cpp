// From one neuron to V1-IT: the courses over time that docs/tutorials/from-one-neuron-to-V1-IT.md shows.
//
//   cmake --build build --target example.12_from_one_neuron_to_it && build/examples/12_from_one_neuron_to_it courses.csv
//   python examples/figures/tutorial.py courses.csv docs/figures            draws them
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/run/run.hpp>

#include <cmath>
#include <cstdio>

using namespace dynvision;

using Course = std::vector<double>;  // one number for each step

// [mean]
// The response of an area, averaged over its units and the samples, at every step.
Course mean_response(run::Activity const& activity, std::string_view area) {
  Course all;
  for (Signal const& r : activity.response(area).steps) all.push_back(r.defined() ? r.mean().item<double>() : 0);
  return all;
}
// [/mean]

// [set]
template <class Net> void set_weight(Net const& net, std::string_view name, double value) {
  at::AutoGradMode const no_gradient(false);
  tensor_of(net.parameters(), name).fill_(value);
}
// [/set]

// [neuron]
struct Neuron : Layer<"neuron", Conv<1, 1, 1>, Evolve<Euler>, Record, Delay> {};
using One = ModelWith<NoHead, Neuron>;
// [/neuron]

Course step_response(double dt) {
  // [step]
  One one({.input_dims = {1, 1, 1}, .dt = dt, .tau = 20, .bias = false});  // [ms]
  set_weight(one, "neuron.conv.weight", 1);
  Tensor const light = full({1, 1, 1, 1}, 1);  // (B,C,H,W): one sample of one pixel
  run::Activity const activity =
      run::unroll(one, light, {.n_timesteps = static_cast<int>(100 / dt), .record = true});  // 100 ms
  // [/step]
  return mean_response(activity, "neuron");
}

// [two]
struct First : Layer<"first", Conv<1, 1, 1>, Evolve<>, Record, Delay> {};
struct Second : Layer<"second", Conv<1, 1, 1>, Evolve<>, Record, Delay> {};
using Two = ModelWith<NoHead, First, Second>;
// [/two]

// [lateral]
struct Area : Layer<"area", Conv<1, 1, 1>, Recur<Self<1>>, Evolve<>, Record, Delay> {};
using Looped = ModelWith<NoHead, Area>;
// [/lateral]

Course with_itself(double weight, double delay) {
  // [itself]
  Looped net(
      {.input_dims = {1, 1, 1}, .dt = 2, .tau = 20, .t_recurrence = delay, .bias = false, .fixed_self_weight = weight});
  // [/itself]
  set_weight(net, "area.conv.weight", 1);
  return mean_response(run::unroll(net, full({1, 1, 1, 1}, 1), {.n_timesteps = 150, .record = true}), "area");
}

// [three]
struct A : Layer<"A", Conv<1, 1, 1>, AddFeedback<"C", Through<1>>, Evolve<>, Record, Delay> {};
struct B : Layer<"B", Conv<1, 1, 1>, Evolve<>, Record, Delay> {};
struct C : Layer<"C", Conv<1, 1, 1>, AddSkip<"A", Through<1>>, Evolve<>, Record, Delay> {};
using Three = ModelWith<NoHead, A, B, C>;
// [/three]

int main(int count, char** arguments) {
  CsvWriter csv(count > 1 ? arguments[1] : "/dev/null", {"figure", "curve", "time_ms", "value"}, 0);
  auto const write = [&](std::string const& figure, std::string const& curve, double dt, Course const& course) {
    for (std::size_t n = 0; n < course.size(); ++n) {  // a step of the equation ends dt after it has begun
      csv.row({figure, curve, CsvWriter::text(dt * static_cast<double>(n + 1)), CsvWriter::text(course[n])});
    }
  };
  double worst = 0;  // difference from what theory says

  for (double const dt : {10.0, 2.0}) {
    Course const course = step_response(dt);
    write("neuron", "dt = " + CsvWriter::text(dt) + " ms", dt, course);
    for (std::size_t n = 0; n < course.size(); ++n) {
      worst = std::max(worst, std::abs(course[n] - (1 - std::pow(1 - dt / 20, static_cast<double>(n + 1)))));
    }
  }

  {
    // [delay]
    Two two({.input_dims = {1, 1, 1}, .dt = 2, .tau = 20, .t_feedforward = 10, .bias = false});  // [ms]
    // [/delay]
    set_weight(two, "first.conv.weight", 1);
    set_weight(two, "second.conv.weight", 1);
    run::Activity const activity = run::unroll(two, full({1, 1, 1, 1}, 1), {.n_timesteps = 100, .record = true});
    Course const first = mean_response(activity, "first"), second = mean_response(activity, "second");
    write("two", "first", 2, first);
    write("two", "second", 2, second);
    for (std::size_t n = 0; n < 5; ++n) worst = std::max(worst, std::abs(second[n]));  // 10 ms
    worst = std::max(worst, std::abs(second[5] - 2.0 / 20 * first[0]));
  }

  for (auto const& [weight, delay] : {std::pair(0.0, 2.0), {0.5, 2.0}, {-1.5, 2.0}, {-1.5, 20.0}}) {
    Course const course = with_itself(weight, delay);
    write("lateral", "w = " + CsvWriter::text(weight) + ", delay " + CsvWriter::text(delay) + " ms", 2, course);
    if (delay == 2) worst = std::max(worst, std::abs(course.back() - 1 / (1 - weight)) / 100);
  }

  for (bool const skip : {false, true}) {
    for (bool const feedback : {false, true}) {
      // [ways]
      Three three({.input_dims = {1, 1, 1},
                   .dt = 2,
                   .tau = 10,
                   .t_feedforward = 20,
                   .t_feedback = 40,
                   .t_skip = 10,
                   .bias = false});
      set_weight(three, "addskip_C.conv.weight", skip ? 0.5 : 0);
      set_weight(three, "addfeedback_A.conv.weight", feedback ? -0.5 : 0);
      // [/ways]
      for (char const* const area : {"A", "B", "C"}) set_weight(three, std::string(area) + ".conv.weight", 1);
      run::Activity const activity = run::unroll(three, full({1, 1, 1, 1}, 1), {.n_timesteps = 120, .record = true});
      std::string const with = std::string(skip ? "skip" : "no skip") + (feedback ? ", feedback" : ", no feedback");
      for (char const* const area : {"A", "B", "C"})
        write("ways", with + ": " + area, 2, mean_response(activity, area));
    }
  }

  // [cortex]
  DyRCNNx4<Full, Feedback<>> model({.input_dims = {3, 64, 64},
                                    .dt = 2,
                                    .tau = 10,
                                    .t_feedforward = 10,
                                    .t_recurrence = 6,
                                    .t_feedback = 30,
                                    .t_skip = 20,
                                    .max_weight_init = 0.02,
                                    .seed = 1});
  Tensor const image = zeros({1, 3, 64, 64}).normal_(0, 1, at::detail::createCPUGenerator(1));
  run::Stimulus shown = run::present(image, 250);  // 500 ms
  std::vector<bool> on(250, false);
  std::fill(on.begin() + 25, on.begin() + 75, true);  // from 50 to 150 ms
  run::Activity const activity = run::run(model, shown.masked(on), {.record = true});
  // [/cortex]
  for (char const* const area : {"V1", "V2", "V4", "IT"}) write("cortex", area, 2, mean_response(activity, area));

  std::printf("largest difference from theory: %.1e\n", worst);
  return !(worst < 1e-4);
}
