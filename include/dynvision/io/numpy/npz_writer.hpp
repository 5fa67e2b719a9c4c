// NpzWriter: an NPZ file, array by array; one that is larger than memory in pieces. Complete with commit(), or not there at all.
//
//   NpzWriter file("x.npz");
//   file.add("dt_ms", 2.0);   file.add("ids", std::vector<std::string>{"a", "b"});
//   file.begin("responses", at::kFloat, {2000, 100, 1});   file.append(some, n_bytes); ...   file.end();
//   file.commit();
//
// Texts become NumPy's own (UTF-32, all as long as the longest): numpy.load reads them without pickles.
// Source: numpy.savez.
//
// Errors: io.266, io.267, those of io/zip/writer.hpp.
#pragma once
#include <dynvision/io/file/utf8.hpp>
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/io/zip/directory.hpp>
#include <dynvision/io/zip/writer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

class NpzWriter {
 public:
  explicit NpzWriter(std::filesystem::path const& path) : where_(path.string() + ": "), zip_(path) {}

  void add(std::string const& name, Tensor const& tensor) {
    std::string bytes = npy_start(tensor, where_ + "tensor \"" + name + "\": ");
    Tensor const host = tensor.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
    if (host.nbytes() > 0) bytes.append(static_cast<char const*>(host.const_data_ptr()), host.nbytes());
    zip_.add(checked(name), bytes);
  }
  void add(std::string const& name, std::vector<std::string> const& texts) {
    add(name, texts, {static_cast<std::int64_t>(texts.size())});
  }
  // An array without axes.
  void add(std::string const& name, std::string const& text) { add(name, std::vector<std::string>{text}, {}); }
  void add(std::string const& name, char const* text) { add(name, std::string(text)); }
  void add(std::string const& name, double number) {
    std::string bytes = npy_start("<f8", at::IntArrayRef());
    bytes.append(reinterpret_cast<char const*>(&number), sizeof number);
    zip_.add(checked(name), bytes);
  }

  void begin(std::string const& name, at::ScalarType dtype, at::IntArrayRef shape) {
    std::string const start = npy_start(npy_descr(dtype, where_), shape);
    std::uint64_t size = c10::elementSize(dtype);
    for (std::int64_t const n : shape) size *= static_cast<std::uint64_t>(n);
    zip_.begin(checked(name), start.size() + size);
    zip_.append(start);
  }
  void append(void const* bytes, std::size_t n) { zip_.append(bytes, n); }
  void end() { zip_.end(); }

  void commit() { zip_.commit(); }

 private:
  std::string checked(std::string const& name) {
    if (!names_.insert(name).second || name.empty() || name.size() > 60'000 || leads_out_of_archive(name + ".npy")) {
      fail("io", 267, {where_, "tensor \"", name.substr(0, 200), "\": expected names of files that differ"});
    }
    return name + ".npy";
  }
  // UTF-32, all of the length of the longest one.
  void add(std::string const& name, std::vector<std::string> const& texts, at::IntArrayRef shape) {
    std::size_t longest = 1;
    std::vector<std::u32string> wide;
    for (std::string const& text : texts) longest = std::max(longest, wide.emplace_back(utf32(text)).size());
    std::string bytes = npy_start("<U" + number_text(longest), shape);
    for (std::u32string& text : wide) {
      text.resize(longest, U'\0');
      bytes.append(reinterpret_cast<char const*>(text.data()), text.size() * sizeof(char32_t));
    }
    zip_.add(checked(name), bytes);
  }

  std::string where_;
  ZipWriter zip_;
  std::set<std::string> names_{};
};

}  // namespace dynvision
