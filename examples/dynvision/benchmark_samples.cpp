#include "benchmark_samples.hpp"

#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <algorithm>
#include <ctime>
#include <limits>
#include <system_error>
#include <utility>

namespace program {

using dynvision::fail, dynvision::number_text;

namespace {

std::vector<std::string> const columns{"factor", "level", "round", "quantity", "value", "words", "machine", "date"};

std::vector<std::string> cells(BenchmarkSample const& s) {
  return {s.factor, s.level, number_text(s.round), s.quantity, number_text(s.value), s.words, s.machine, s.date};
}

bool is_of(BenchmarkSample const& s, std::string_view factor, std::string_view level, int round,
           std::string_view quantity) {
  return s.factor == factor && s.level == level && s.round == round && s.quantity == quantity;
}

}  // namespace

std::string date_now() {
  std::time_t const now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  auto const two = [](int n) { return (n < 10 ? "0" : "") + number_text(n); };
  return number_text(local.tm_year + 1900) + "-" + two(local.tm_mon + 1) + "-" + two(local.tm_mday);
}

BenchmarkSamples::BenchmarkSamples(std::filesystem::path path, std::string machine)
    : path_(std::move(path)), machine_(std::move(machine)) {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) {
    write();
    return;
  }
  dynvision::CsvTable const table = dynvision::read_csv(path_, dynvision::LastLine::dropped);
  if (table.columns != columns) {
    fail("program", 184,
         {path_.string(), ": expected the columns ", dynvision::CsvWriter::line(columns), ", found ",
          dynvision::CsvWriter::line(table.columns), ": give another --out"});
  }
  std::vector<double> const rounds = table.numbers("round", path_.string()),
                            values = table.numbers("value", path_.string());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    auto const& row = table.rows[i];
    if (!(rounds[i] >= 0 && rounds[i] <= 1e6)) {
      fail("program", 184, {path_.string(), ": row ", i + 1, ": expected a round from 0 on, found ", row[2]});
    }
    all_.push_back({row[0], row[1], static_cast<int>(rounds[i]), row[3], values[i], row[5], row[6], row[7]});
  }
}

bool BenchmarkSamples::has(std::string_view factor, std::string_view level, int round,
                           std::string_view quantity) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](BenchmarkSample const& s) { return is_of(s, factor, level, round, quantity); });
}

double BenchmarkSamples::value(std::string_view factor, std::string_view level, std::string_view quantity) const {
  for (BenchmarkSample const& s : all_) {
    if (is_of(s, factor, level, 0, quantity)) return s.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void BenchmarkSamples::add(std::string const& factor, std::string const& level, int round, std::string const& quantity,
                           double value, std::string const& words) {
  all_.push_back({factor, level, round, quantity, value, words, machine_, date_now()});
  if (!writer_) writer_.emplace(path_, columns);
  writer_->row(cells(all_.back()));
}

void BenchmarkSamples::forget(std::string_view factor, int from_round) {
  auto const n =
      std::erase_if(all_, [&](BenchmarkSample const& s) { return s.factor == factor && s.round >= from_round; });
  if (n > 0) write();
}

void BenchmarkSamples::write() {
  writer_.reset();
  dynvision::AtomicFile file(path_);
  file.write(dynvision::CsvWriter::line(columns) + "\n");
  for (BenchmarkSample const& s : all_) file.write(dynvision::CsvWriter::line(cells(s)) + "\n");
  file.commit();
}

}  // namespace program
