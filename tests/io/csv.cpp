// covers: io/csv/cell_number.hpp
// covers: io/csv/table.hpp
// covers: io/csv/writer.hpp
// covers: io/file/utf8.hpp
#include <dynvision/io/csv.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
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
  using Rows = std::vector<std::vector<std::string>>;
  auto const rows = [](std::string_view text) { return parse_csv(text, "a.csv").rows; };
  CsvTable const table = parse_csv("a,b\r\n1,\"2\"\r\n", "a.csv");
  CHECK(table.columns == std::vector<std::string>{"a", "b"});
  CHECK(table.rows.at(0) == std::vector<std::string>{"1", "2"});
  CHECK(rows("a,b\r1,2\r3,4\r") == Rows{{"1", "2"}, {"3", "4"}});
  // Without a last line end; with blank lines, and rows of nothing at the end.
  CHECK(rows("a,b\n1,2\n3,4") == Rows{{"1", "2"}, {"3", "4"}});
  CHECK(rows("a,b\n1,2\n3,") == Rows{{"1", "2"}, {"3", ""}});
  CHECK(rows("a,b\n1,2\n3") == Rows{{"1", "2"}});
  CHECK(rows("a,b\n1,2\n3,\"4") == Rows{{"1", "2"}});
  CHECK(rows("\n\na,b\n\n1,2\n\r\n\n") == Rows{{"1", "2"}});
  CHECK(rows("a,b\n1,2\n,\n3,4\n,\n,\r\n") == Rows{{"1", "2"}, {"", ""}, {"3", "4"}});
  CHECK(rows("a\n1\n\n\"\"\n") == Rows{{"1"}, {""}});
  CHECK(rows("a,b\n1,2,,\n") == Rows{{"1", "2"}});
  CHECK(failure([&] { rows("a,b\n1,2,3\n"); }) == "io.151");
  // Quotes only where a cell begins with one.
  CHECK(rows("a,b\n5\" disk,x\n\"q\"\"q\"z,\"\n\"\n") == Rows{{"5\" disk", "x"}, {"q\"qz", "\n"}});
  // Semicolons and tabs.
  CHECK(rows("a;b\n1,5;2\n") == Rows{{"1,5", "2"}});
  CHECK(rows("time [s, ms];b;c\n1;2;3\n") == Rows{{"1", "2", "3"}});
  CHECK(rows("\"a;b\",c\n1,2\n") == Rows{{"1", "2"}});
  CHECK(rows("a\tb\n1\t2\n") == Rows{{"1", "2"}});
  CHECK(rows("sep=;\r\na,x;b\r\n1;2\r\n") == Rows{{"1", "2"}});
  CHECK(parse_csv("", "a.csv").columns.empty());
}

TEST_CASE("texts of other programs", "[io]") {
  TemporaryFolder const folder;
  auto const read = [&](std::string const& bytes) { return read_csv(folder.file("a.csv", bytes)); };
  auto const wide = [](std::u16string const& text, bool big) {
    std::string bytes = big ? "\xFE\xFF" : "\xFF\xFE";
    for (char16_t const c : text) {
      char const low = static_cast<char>(c), high = static_cast<char>(c >> 8U);
      bytes += big ? std::string{high, low} : std::string{low, high};
    }
    return bytes;
  };
  std::string const tau = "\xCF\x84";
  CHECK(read("\xEF\xBB\xBF" + tau + ",b\n1,2\n").columns == std::vector<std::string>{tau, "b"});
  for (bool const big : {false, true}) {
    CsvTable const table = read(wide(u"\u03C4\tb\r\n1\t\U0001F600\r\n", big));
    CHECK(table.columns == std::vector<std::string>{tau, "b"});
    CHECK(table.rows.at(0).at(1) == "\xF0\x9F\x98\x80");
    CHECK(read(wide(u"a,b\n1,\xD83D", big)).rows.at(0).at(1) == "\xEF\xBF\xBD");
    CHECK(read(wide(u"a,b\n1,\xDE00z", big)).rows.at(0).at(1) == "\xEF\xBF\xBDz");
  }
  CHECK(read("\xB5s;\x80\n1;2\n").columns == std::vector<std::string>{"\xC2\xB5s", "\xE2\x82\xAC"});  // Windows-1252
  CHECK(failure([&] { read(std::string("\xFF\xFE\0\0a\0\0\0", 8)); }) == "io.156");
  CHECK(failure([&] { read(std::string("a,b\n1,\0\n", 8)); }) == "io.156");
}

TEST_CASE("numbers of a column", "[io]") {
  CsvTable const points = parse_csv("x,y\n0.5,\"1,5\"\n-1e-7,+3\n,NA\n\"1,234.5\", 7 \n", "a.csv");
  CHECK(points.numbers("x")[0] == 0.5);
  CHECK(points.numbers("x")[1] == -1e-7);
  CHECK(std::isnan(points.numbers("x")[2]));
  CHECK(points.numbers("x")[3] == 1234.5);
  CHECK(points.numbers("y")[0] == 1.5);
  CHECK(points.numbers("y")[1] == 3);
  CHECK(std::isnan(points.numbers("y")[2]));
  CHECK(points.numbers("y")[3] == 7);
  CHECK(failure([&] { points.numbers("z"); }) == "io.157");
  CHECK(failure([&] { parse_csv("x\ntext\n", "a.csv").numbers("x"); }) == "io.157");
  CsvTable const commas = parse_csv("x;y\n0,5;1.234,5\n-1,234;1.234.567,25\n", "a.csv");
  CHECK(commas.numbers("x") == std::vector<double>{0.5, -1.234});
  CHECK(commas.numbers("y") == std::vector<double>{1234.5, 1234567.25});
  for (std::string const odd :
       {"1,234", "1,2,3", "1.2.3", "1.2,3.4", "12.34,5", "0x10", "1 000", "--1", ",", ".", "1,"}) {
    INFO(odd);
    CHECK((!cell_number(odd, ',') || odd == "1,"));
  }
  CHECK(cell_number("1,234", ';') == 1.234);
  CHECK(cell_number("1,2345", ',') == 1.2345);
  CHECK(cell_number("1234,567", ',') == 1234.567);
  CHECK(cell_number("inf", ',') == std::numeric_limits<double>::infinity());
}

TEST_CASE("a table that a spreadsheet has saved is not continued in another form", "[io]") {
  TemporaryFolder const folder;
  auto const go_on = [&](std::string const& bytes) {
    folder.file("a.csv", bytes);
    return failure([&] { CsvWriter(folder / "a.csv", {"x", "y"}).row(5, 6); });
  };
  CHECK(go_on("\xEF\xBB\xBFx,y\r\n1,2\r\n") == "none");
  CHECK(contents(folder / "a.csv") == "\xEF\xBB\xBFx,y\r\n1,2\r\n5,6\n");
  CHECK(read_csv(folder / "a.csv").rows.size() == 2);
  CHECK(go_on("x;y\n1;2\n") == "io.158");
  CHECK(contents(folder / "a.csv") == "x;y\n1;2\n");
  CHECK(go_on(std::string("\xFF\xFEx\0,\0y\0\n\0", 10)) == "io.158");
  CHECK(go_on("x,y\n1,2\n,\n\n") == "none");
  CHECK(contents(folder / "a.csv") == "x,y\n1,2\n5,6\n");
  // What the writer writes is what it says, whatever is in the cells.
  CsvWriter(folder / "b.csv", {"a;b", "c\td"}).row("", "");
  CHECK(read_csv(folder / "b.csv").columns == std::vector<std::string>{"a;b", "c\td"});
  CHECK(read_csv(folder / "b.csv").rows.size() == 1);
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
