#include <dynvision/records/metrics_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

TEST_CASE("columns of metrics appear in the order of their names, empty in the rows before", "[records]") {
  MetricsTable table;
  CHECK(std::isnan(table.last("epoch")));
  MetricsRow row;
  row["epoch"] = 1;
  row["train_loss"] = 0.5;
  row["train_loss"] += 0.25;
  table.add(row);
  MetricsRow second;
  second["val_loss"] = 3;
  second["epoch"] = 2;
  table.add(second);
  REQUIRE(table.columns() == std::vector<std::string>{"epoch", "train_loss", "val_loss"});
  CHECK(table.at(0, "train_loss") == 0.75);
  CHECK(std::isnan(table.at(0, "val_loss")));
  CHECK(std::isnan(table.at(1, "train_loss")));
  CHECK(std::isnan(table.at(1, "no such column")));
  CHECK(table.last("train_loss") == 0.75);
  CHECK(table.last("epoch") == 2);
  CHECK(table.numbers(0).size() == 3);
  CHECK(row.at("train_loss") == 0.75);
  CHECK(std::isnan(row.at("val_loss")));

  double const numbers[] = {1, 2, 3, 4};
  MetricsTable const read({"a", "b"}, numbers, 2);
  CHECK(read.at(1, "a") == 3);
  CHECK(read.size() == 2);
}
