#include <dynvision/io/csv.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace dynvision;

TEST_CASE("rows are on disk at once, and read back as written", "[io]") {
  TemporaryFolder const folder;
  CsvWriter csv(folder / "a.csv", {"epoch", "loss", "note"});
  CHECK(contents(folder / "a.csv") == "epoch,loss,note\n");
  csv.row(1, 0.1, "plain");
  CHECK(contents(folder / "a.csv") == "epoch,loss,note\n1,0.1,plain\n");
  csv.row({"a,b", "say \"hi\"", "two\nlines"});
  csv.row("", "\r\n", " spaces ");
  CsvTable const table = read_csv(folder / "a.csv");
  CHECK(table.columns == std::vector<std::string>{"epoch", "loss", "note"});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1] == std::vector<std::string>{"a,b", "say \"hi\"", "two\nlines"});
  CHECK(table.rows[2] == std::vector<std::string>{"", "\r\n", " spaces "});
  CHECK(csv.n_rows() == 3);
}

TEST_CASE("numbers are exact and short", "[io]") {
  CHECK(CsvWriter::text(0.1) == "0.1");
  CHECK(CsvWriter::text(0.1F) == "0.1");
  CHECK(CsvWriter::text(1.0) == "1");
  CHECK(CsvWriter::text(std::int64_t{-5}) == "-5");
  CHECK(CsvWriter::text(true) == "1");
  CHECK(CsvWriter::text("true") == "true");
  CHECK(CsvWriter::text(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(CsvWriter::text(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(std::stod(CsvWriter::text(1.0 / 3)) == 1.0 / 3);
}

TEST_CASE("an existing table is continued", "[io]") {
  TemporaryFolder const folder;
  for (int epoch = 0; epoch < 3; ++epoch) CsvWriter(folder / "a.csv", {"epoch"}).row(epoch);
  CHECK(contents(folder / "a.csv") == "epoch\n0\n1\n2\n");
  CHECK(CsvWriter(folder / "a.csv", {"epoch"}, 2).n_rows() == 2);
  CHECK(contents(folder / "a.csv") == "epoch\n0\n1\n");
  CHECK(failure([&] { CsvWriter(folder / "a.csv", {"epoch", "loss"}); }) == "io.153");
  CHECK(contents(folder / "a.csv") == "epoch\n0\n1\n");
}

TEST_CASE("a row that was cut off is dropped, also inside quotes", "[io]") {
  TemporaryFolder const folder;
  folder.file("a.csv", "x,y\n1,2\n3,");
  CsvWriter(folder / "a.csv", {"x", "y"}).row(5, 6);
  CHECK(contents(folder / "a.csv") == "x,y\n1,2\n5,6\n");
  folder.file("a.csv", "x,y\n1,2\n3,\"a\nb");
  CsvWriter(folder / "a.csv", {"x", "y"}).row(5, 6);
  CHECK(contents(folder / "a.csv") == "x,y\n1,2\n5,6\n");
  folder.file("a.csv", "x,");
  CsvWriter(folder / "a.csv", {"x", "y"}).row(5, 6);
  CHECK(contents(folder / "a.csv") == "x,y\n5,6\n");
  folder.file("a.csv", "");
  CsvWriter(folder / "a.csv", {"x"});
  CHECK(contents(folder / "a.csv") == "x\n");
}

TEST_CASE("files of other programs", "[io]") {
  CsvTable const table = parse_csv("a,b\r\n1,\"2\"\r\n", "a.csv");
  CHECK(table.columns == std::vector<std::string>{"a", "b"});
  CHECK(table.rows.at(0) == std::vector<std::string>{"1", "2"});
}

TEST_CASE("a moved table goes on", "[io]") {
  TemporaryFolder const folder;
  CsvWriter first(folder / "a.csv", {"x"});
  CsvWriter second(std::move(first));
  second.row(1);
  CHECK(contents(folder / "a.csv") == "x\n1\n");
}

TEST_CASE("tables that cannot be", "[io]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { read_csv(folder / "missing.csv"); }) == "io.111");
  CHECK(failure([&] { parse_csv("a,b\n1\n", "a.csv"); }) == "io.151");
  CHECK(failure([&] { CsvWriter(folder / "a.csv", {"x", "y"}).row(1); }) == "io.151");
  CHECK(failure([&] { CsvWriter(folder / "b.csv", {}); }) == "io.152");
  CHECK(failure([&] { CsvWriter(folder / "missing/a.csv", {"x"}); }) == "io.154");
  CHECK(failure([&] { CsvWriter(folder.path, {"x"}); }) == "io.154");
  if (std::filesystem::exists("/dev/full")) CHECK(failure([&] { CsvWriter("/dev/full", {"x"}); }) == "io.155");
}
