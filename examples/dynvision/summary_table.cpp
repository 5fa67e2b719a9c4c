#include "summary_table.hpp"

#include <dynvision/core/number_text.hpp>
#include <dynvision/records/text_table.hpp>

#include "this_machine.hpp"

#include <sstream>

namespace program {

std::string summary_table(Json const& summary) {
  using dynvision::decimals, dynvision::number_text;
  auto const has = [&](char const* name) { return summary.contains(name) && !summary[name].is_null(); };
  auto const number = [&](char const* name, int digits, double scale = 1) {
    return number_text(scale * summary[name].get<double>(), decimals(digits));
  };
  auto const whole = [&](char const* name) { return number_text(summary[name].get<std::int64_t>()); };
  dynvision::TextTable table(
      {"model", summary["model"].get<std::string>() + ", " + whole("n_parameters") + " parameters"});
  if (has("train_seconds")) {
    table.add({"training", summary["status"].get<std::string>() + ": " + whole("images") + " images in " +
                               number("train_seconds", 0) + " s (" + number("images_per_second", 0) + " images/s, " +
                               whole("threads") + " threads)"});
  }
  if (has("val_accuracy")) table.add({"validation accuracy", number("val_accuracy", 1, 100) + " %"});
  if (has("test_accuracy")) {
    table.add({"test accuracy",
               number("test_accuracy", 1, 100) + " % of " + whole("test_images") + " images, all steps that count"});
    table.add({"at the last step", number("test_accuracy_last_step", 1, 100) + " %"});
  }
  if (has("peak_memory")) table.add({"peak memory", gigabytes(summary["peak_memory"].get<std::uint64_t>())});
  if (has("run_folder")) table.add({"run folder", summary["run_folder"].get<std::string>()});
  std::ostringstream text;
  text << table;
  return text.str();
}

}  // namespace program
