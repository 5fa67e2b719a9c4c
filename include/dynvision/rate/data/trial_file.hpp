// Trials in an NPZ file, written and read.
//
//   rate::write_trials("trials.npz", trials);
//   numpy.load("trials.npz")["inputs"]                       the same in Python
//
//   inputs (B,T,I)        floats, finite            labels (B,T)          integers of at least 0
//   mask (B,T)            floats of at least 0      dt (1)                [ms]
//   period.NAME (B)       first step of each period, in their order       end (B)       behind the last one
//   condition.NAME (B)    numbers
//
// Needed are inputs, labels and dt; without a mask every step counts, without periods a trial is one, "trial". Other arrays are passed
// over. Errors: rate.136, and those of io/numpy/npz.hpp.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/rate/tasks/trials.hpp>

#include <filesystem>

namespace dynvision::rate {

inline void write_trials(std::filesystem::path const& path, Trials const& trials) {
  std::vector<TensorMap::Entry> all{{"inputs", trials.inputs},
                                    {"labels", trials.labels},
                                    {"mask", trials.mask},
                                    {"dt", full({1}, trials.dt, at::TensorOptions(at::kDouble))}};
  auto const n_periods = static_cast<std::int64_t>(trials.periods.size());
  for (std::int64_t p = 0; p < n_periods; ++p) {
    all.emplace_back("period." + trials.periods[static_cast<std::size_t>(p)], trials.begins.select(1, p).contiguous());
  }
  all.emplace_back("end", trials.begins.select(1, n_periods).contiguous());
  for (auto const& [name, numbers] : trials.conditions) all.emplace_back("condition." + name, numbers);
  write_npz(path, all);
}

namespace trial_files {

// What a file holds, looked at.
class Reader {
 public:
  Reader(std::filesystem::path const& path) : file_(path.string()), arrays_(read_npz(path)) {}  // NOLINT: implicit

  Trials trials() const {
    Trials all;
    all.inputs = array("inputs", "(B,T,I) of finite floats");
    if (all.inputs.dim() != 3 || !all.inputs.is_floating_point() || all.inputs.numel() == 0) {
      refuse("inputs", all.inputs, "(B,T,I) of finite floats");
    }
    all.inputs = all.inputs.to(at::kFloat).contiguous();
    if (!all.inputs.sub(all.inputs).eq(0).all().item<bool>()) refuse("inputs", all.inputs, "finite numbers");
    std::int64_t const n = all.inputs.size(0), T = all.inputs.size(1);
    all.labels = whole("labels", {n, T}, 0);
    if (arrays_.contains("mask")) {
      Tensor const mask = arrays_["mask"].to(at::kFloat).contiguous();
      bool const fits = mask.sizes() == at::IntArrayRef({n, T});
      if (!fits || !mask.ge(0).logical_and(mask.sub(mask).eq(0)).all().item<bool>()) {
        refuse("mask", mask, joined({"(", n, ",", T, ") of finite numbers of at least 0"}));
      }
      all.mask = mask;
    } else {
      all.mask = ones({n, T});
    }
    Tensor const dt = array("dt", "one number of ms above 0");
    all.dt = dt.numel() == 1 ? dt.to(at::kDouble).sum().item<double>() : 0;
    if (!(all.dt > 0) || !std::isfinite(all.dt)) refuse("dt", dt, "one number of ms above 0");
    periods(all, n, T);
    for (auto const& [name, numbers] : arrays_) {
      if (!name.starts_with("condition.")) continue;
      if (numbers.dim() != 1 || numbers.size(0) != n) refuse(name, numbers, joined({"(", n, ") numbers"}));
      all.conditions.emplace_back(name.substr(10), numbers.to(at::kDouble).contiguous());
    }
    return all;
  }

 private:
  void periods(Trials& all, std::int64_t n, std::int64_t T) const {
    std::vector<Tensor> begins;
    for (auto const& [name, first] : arrays_) {
      if (!name.starts_with("period.")) continue;
      all.periods.push_back(name.substr(7));
      begins.push_back(whole(name, {n}, 0));
    }
    if (all.periods.empty()) {
      all.periods.emplace_back("trial");
      begins.push_back(zeros({n}, at::TensorOptions(at::kLong)));
    }
    begins.push_back(arrays_.contains("end") ? whole("end", {n}, 0) : full({n}, static_cast<double>(T), at::kLong));
    all.begins = stack_along(begins, 1);
    auto const* const step = all.begins.const_data_ptr<std::int64_t>();
    std::int64_t const each = all.begins.size(1);
    for (std::int64_t i = 0; i < n * each; ++i) {
      std::int64_t const before = i % each == 0 ? 0 : step[i - 1];
      if (step[i] >= before && step[i] <= T) continue;
      fail("rate", 136,
           {file_, ": periods of trial ", i / each, ": expected steps from 0 to ", T, ", one behind the other, found ",
            step[i], " behind ", before});
    }
  }

  Tensor array(char const* name, std::string const& expected) const {
    if (arrays_.contains(name)) return arrays_[name];
    std::string names;
    for (auto const& [one, tensor] : arrays_) names += (names.empty() ? "" : ", ") + one;
    fail("rate", 136,
         {file_, ": no array ", name, ": expected ", expected, ", found ", names.empty() ? "none" : names});
  }
  Tensor whole(std::string const& name, at::IntArrayRef shape, std::int64_t least) const {
    std::string const expected = joined({shape_text(shape), " integers of at least ", least});
    Tensor const numbers = array(name.c_str(), expected);
    bool const fits = numbers.sizes() == shape && c10::isIntegralType(numbers.scalar_type(), false);
    if (!fits || !numbers.ge(static_cast<double>(least)).all().item<bool>()) refuse(name, numbers, expected);
    return numbers.to(at::kLong).contiguous();
  }
  [[noreturn]] void refuse(std::string const& name, Tensor const& found, std::string const& expected) const {
    fail("rate", 136,
         {file_, ": ", name, ": expected ", expected, ", found ", shape_text(found.sizes()), " ",
          c10::toString(found.scalar_type()), found.numel() > 0 ? joined({" from ", least_of(found)}) : ""});
  }
  static double least_of(Tensor const& found) { return found.to(at::kDouble).min().item<double>(); }

  std::string file_;
  TensorMap arrays_;
};

}  // namespace trial_files

inline Trials read_trials(std::filesystem::path const& path) { return trial_files::Reader(path).trials(); }

}  // namespace dynvision::rate
