// CSV files: the table, and its first column as numbers; and as a table that is continued.
#include <dynvision/io/csv.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace dynvision;
  return run_target(data, size, [&](std::filesystem::path const& path) {
    CsvTable const cut = read_csv(path, LastLine::dropped);
    for (std::uint64_t const end : cut.ends) {
      if (cut.as_it_is && end > size) std::abort();
    }
    CsvTable const table = read_csv(path);
    if (!table.columns.empty()) std::ignore = table.numbers(table.columns.front());
  });
}
