// What the programs of this folder leave: curves as a drawing and as a table, and numbers beside those that are expected.
//
//   FigureOfNumbers figure("latch", "An SR latch");
//   figure.panel("one unit", "step").curve("r", steps, values);
//   figure.number("r* for a = 2", 0.9575, 5e-5, "theory", latch.resting_state());
//   return figure.finish(argument);            1 if a number is not what was expected
#pragma once
#include <dynvision/io/csv.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/records/figure/curve_figure.hpp>

#include <Eigen/LU>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

class FigureOfNumbers {
 public:
  FigureOfNumbers(std::string name, std::string title) : name_(std::move(name)) { figure_.title = std::move(title); }

  FigureOfNumbers& panel(std::string title, std::string x_label, bool logarithmic = false) {
    figure_.panels.push_back(
        {.title = std::move(title), .x_label = std::move(x_label), .logarithmic = logarithmic, .curves = {}});
    return *this;
  }
  FigureOfNumbers& curve(std::string name, std::vector<double> x, std::vector<double> y, bool dots = false) {
    figure_.panels.back().curves.push_back({std::move(name), std::move(x), std::move(y), dots});
    return *this;
  }
  // Within `margin` of what is expected, or it does not hold. by: who expects it.
  void number(std::string const& what, double expected, double margin, std::string const& by, double found) {
    bool const holds = std::abs(found - expected) <= margin;
    all_hold_ = all_hold_ && holds;
    rows_.push_back({what, dynvision::number_text(found, 5), dynvision::number_text(expected, 5),
                     dynvision::number_text(margin, 3), by, holds ? "yes" : "no"});
  }

  // Writes rate_NAME.csv, rate_NAME_numbers.csv and rate_NAME.svg into the folder, if one is given.
  int finish(int count, char** arguments) const {
    std::printf("%s\n%-52s %12s %12s %10s  %s\n", figure_.title.c_str(), "number", "here", "expected", "+-", "by");
    for (auto const& row : rows_) {
      std::printf("%-52s %12s %12s %10s  %s%s\n", row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str(),
                  row[4].c_str(), row[5] == "yes" ? "" : "   DOES NOT HOLD");
    }
    if (count > 1) write(arguments[1]);
    return all_hold_ ? 0 : 1;
  }

 private:
  void write(std::filesystem::path const& folder) const {
    dynvision::CsvWriter numbers(folder / ("rate_" + name_ + "_numbers.csv"),
                                 {"number", "here", "expected", "margin", "by", "holds"}, 0);
    for (auto const& row : rows_) numbers.row(row);
    dynvision::CsvWriter curves(folder / ("rate_" + name_ + ".csv"), {"panel", "curve", "x", "y"}, 0);
    for (dynvision::FigurePanel const& panel : figure_.panels) {
      for (dynvision::FigureCurve const& curve : panel.curves) {
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
          curves.row(
              {panel.title, curve.name, dynvision::number_text(curve.x[i], 6), dynvision::number_text(curve.y[i], 6)});
        }
      }
    }
    dynvision::AtomicFile file(folder / ("rate_" + name_ + ".svg"));
    file.write(svg(figure_));
    file.commit();
  }
  std::string name_;
  dynvision::CurveFigure figure_;
  std::vector<std::vector<std::string>> rows_{};
  bool all_hold_ = true;
};

// Pivots above 1e-10 of the largest.
inline double rank_of(Eigen::MatrixXd const& M) {
  Eigen::FullPivLU<Eigen::MatrixXd> lu(M);
  lu.setThreshold(1e-10);
  return static_cast<double>(lu.rank());
}

// The numbers 0 ... n - 1, times `scale`.
inline std::vector<double> steps(std::size_t n, double scale = 1) {
  std::vector<double> all(n);
  for (std::size_t i = 0; i < n; ++i) all[i] = scale * static_cast<double>(i);
  return all;
}
