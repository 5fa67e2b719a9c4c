// Files of measures: inputs and results as float64, with the options of their configuration. Without LibTorch's headers, so
// that tests of measures compile in seconds; measure_file.cpp reads them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

struct MeasureFile {
  struct Numbers {
    std::vector<std::size_t> shape;
    std::vector<double> values;

    std::size_t size(std::size_t axis) const { return shape.at(axis); }
    // Of the outermost axes: row (i), (i, j), ...
    std::span<double const> operator()(std::vector<std::size_t> const& index) const {
      std::size_t begin = 0, length = values.size();
      for (std::size_t axis = 0; axis < index.size(); ++axis) length /= shape.at(axis), begin += index[axis] * length;
      return std::span<double const>(values).subspan(begin, length);
    }
  };

  // folder/name.safetensors below $DYNVISION_GOLDEN. A file that is not there skips the test.
  explicit MeasureFile(std::string const& name);

  std::map<std::string, Numbers> tensors;
  std::map<std::string, std::vector<double>> numbers;     // of the configuration: a number, or a list of them
  std::map<std::string, std::vector<std::string>> texts;  // a text, or a list of them

  Numbers const& operator[](std::string const& tensor) const { return tensors.at(tensor); }
  double number(std::string const& key) const { return numbers.at(key).at(0); }
  bool contains(std::string const& tensor) const { return tensors.contains(tensor); }
};

// Largest |a - b| over largest |b|; infinite where one of them alone is nan, or sizes differ. Without a b above 0: |a - b|.
double relative_error(std::span<double const> a, std::span<double const> b);
