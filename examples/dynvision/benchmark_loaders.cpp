#include "benchmark_loaders.hpp"

#include <dynvision/core/host_tensor.hpp>
#include <dynvision/data/data_set.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>
#include <dynvision/records/progress.hpp>

#include <zlib.h>

#include <array>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

namespace program {

using namespace dynvision;
namespace fs = std::filesystem;

namespace {

constexpr int side = 28, n_classes = 10;

// Grey shapes on black with a little noise: about as much to compress as clothes are.
Tensor shapes(std::int64_t n) {
  Tensor const images = host_tensor({n, side, side}, at::kByte);
  auto* pixel = images.mutable_data_ptr<std::uint8_t>();
  std::mt19937 draw(1);
  for (std::int64_t i = 0; i < n; ++i) {
    int const width = 4 + static_cast<int>(i % 9), height = 4 + static_cast<int>(i % 10);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x, ++pixel) {
        int const dx = (x - side / 2) * height, dy = (y - side / 2) * width;
        bool const inside = dx * dx + dy * dy < width * width * height * height;
        *pixel = static_cast<std::uint8_t>(inside ? 100 + draw() % 100 : 0);
      }
    }
  }
  return images;
}

std::string idx_bytes(Tensor const& tensor) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(tensor.dim())};
  for (std::int64_t const n : tensor.sizes()) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((n >> shift) & 0xFF);
  }
  bytes.append(reinterpret_cast<char const*>(tensor.const_data_ptr<std::uint8_t>()), tensor.nbytes());
  return bytes;
}

void write_plain(fs::path const& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_gz(fs::path const& path, std::string const& bytes) {
  std::string packed(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  constexpr int with_gzip_header = 15 + 16;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    fail("program", 186, {path.string(), ": zlib does not compress"});
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  int const outcome = deflate(&stream, Z_FINISH);
  std::size_t const size = stream.total_out;
  deflateEnd(&stream);
  if (outcome != Z_STREAM_END) fail("program", 186, {path.string(), ": zlib does not compress"});
  write_plain(path, std::string_view(packed).substr(0, size));
}

DataSettings settings_of(fs::path const& folder, std::string const& level) {
  DataSettings settings;
  settings.data_name = level.starts_with("IDX") ? "mnist" : "shapes";
  settings.data_path = (folder / level).string();
  settings.normalize = {{0.3}, {0.35}};
  settings.train_ratio = 1;
  return settings;
}

}  // namespace

BenchmarkLoaders::BenchmarkLoaders(fs::path folder, std::int64_t n_images) : folder_(std::move(folder)) {
  std::error_code error;
  fs::remove_all(folder_, error);
  for (char const* const level : {"safetensors", "NPY", "NPZ", "IDX", "IDX gz"}) {
    fs::create_directories(folder_ / level, error);
    if (error) fail("program", 185, {folder_.string(), ": cannot be made: ", error.message()});
  }
  Tensor const images = shapes(n_images), labels = host_tensor({n_images}, at::kByte);
  for (std::int64_t i = 0; i < n_images; ++i)
    labels.mutable_data_ptr<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % n_classes);
  std::vector<TensorMap::Entry> const both{{"images", images}, {"labels", labels}};
  write_safetensors(folder_ / "safetensors/train.safetensors", both);
  write_npz(folder_ / "NPZ/train.npz", both);
  write_npy(folder_ / "NPY/train_images.npy", images);
  write_npy(folder_ / "NPY/train_labels.npy", labels);
  for (auto const& [name, tensor] :
       {std::pair("train-images-idx3-ubyte", images), std::pair("train-labels-idx1-ubyte", labels)}) {
    std::string const bytes = idx_bytes(tensor);
    write_plain(folder_ / "IDX" / name, bytes);
    write_gz(folder_ / "IDX gz" / (std::string(name) + ".gz"), bytes);
  }
  memory_ = training_images(settings_of(folder_, "safetensors")).train;
}

BenchmarkLoaders::~BenchmarkLoaders() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

double BenchmarkLoaders::images_per_second(std::string const& level, std::int64_t batch_size) {
  auto const now = ProgressView{}.seconds;
  double const start = now();
  Images const read = level == "memory" ? memory_ : training_images(settings_of(folder_, level)).train;
  std::int64_t n = 0;
  for (Batch const& batch : Batches(read, {.batch_size = batch_size, .seed = 1})) n += batch.images.size(0);
  return static_cast<double>(n) / (now() - start);
}

}  // namespace program
