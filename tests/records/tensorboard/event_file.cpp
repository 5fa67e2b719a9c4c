// covers: records/tensorboard/crc32c.hpp, records/tensorboard/histogram.hpp, records/tensorboard/png.hpp
// covers: records/tensorboard/protobuf.hpp
// The bytes of event files; tests/weights/cross.py reads them with TensorBoard.
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/records/tensorboard/event_file.hpp>

#include "../../io/failure.hpp"
#include "../../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <numeric>

using namespace dynvision;

namespace {

std::uint64_t number(std::string_view bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The events of a file, checked against their checksums.
std::vector<std::string> events(std::filesystem::path const& path) {
  std::string const bytes = contents(path);
  std::vector<std::string> all;
  for (std::string_view rest = bytes; !rest.empty();) {
    REQUIRE(rest.size() >= 16);
    std::size_t const length = number(rest, 8);
    CHECK(number(rest.substr(8), 4) == masked_crc32c(rest.substr(0, 8)));
    REQUIRE(rest.size() >= 16 + length);
    std::string_view const data = rest.substr(12, length);
    CHECK(number(rest.substr(12 + length), 4) == masked_crc32c(data));
    all.emplace_back(data);
    rest.remove_prefix(16 + length);
  }
  return all;
}

Tensor numbers(std::vector<float> const& values) {
  Tensor const x = host_tensor({static_cast<std::int64_t>(values.size())}, at::kFloat);
  std::copy(values.begin(), values.end(), x.mutable_data_ptr<float>());
  return x;
}

}  // namespace

TEST_CASE("the checksum is that of RFC 3720", "[records]") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43U);
  CHECK(crc32c("") == 0);
}

TEST_CASE("messages have protobuf's bytes", "[records]") {
  // Of the examples of "Encoding": 150 is 96 01, "testing" has its length before it.
  CHECK(Protobuf{}.integer(1, 150).bytes() == "\x08\x96\x01");
  CHECK(Protobuf{}.text(2, "testing").bytes() == "\x12\x07testing");
  CHECK(Protobuf{}.message(3, Protobuf{}.integer(1, 150)).bytes() == "\x1a\x03\x08\x96\x01");
  CHECK(Protobuf{}.integer(1, -1).bytes() == "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  CHECK(Protobuf{}.single(2, 1).bytes() == std::string_view("\x15\0\0\x80\x3f", 5));
  CHECK(Protobuf{}.real(1, 1).bytes() == std::string_view("\x09\0\0\0\0\0\0\xf0\x3f", 9));
  CHECK(Protobuf{}.reals(6, {1}).bytes() == std::string_view("\x32\x08\0\0\0\0\0\0\xf0\x3f", 10));
}

TEST_CASE("a histogram counts every number once", "[records]") {
  Histogram const h = histogram_of(numbers({0, 1, 2, 3, 4, 4, INFINITY, NAN}), 4);
  CHECK(h.min == 0);
  CHECK(h.max == 4);
  CHECK(h.n == 6);
  CHECK(h.n_not_finite == 2);
  CHECK(h.sum == 14);
  CHECK(h.sum_of_squares == 46);
  CHECK(h.counts == std::vector<double>{1, 1, 1, 3});
  CHECK(h.edge(1) == 1);
  Histogram const same = histogram_of(numbers({2, 2, 2}), 4);
  CHECK(std::accumulate(same.counts.begin(), same.counts.end(), 0.0) == 3);
  CHECK(histogram_of(numbers({NAN}), 4).n == 0);
  CHECK(histogram_of(numbers({}), 4).counts.size() == 4);
  CHECK(histogram_of(dynvision::zeros({3}, at::kLong), 4).n == 3);
}

TEST_CASE("images are PNG files", "[records]") {
  PngImage const grey = png(dynvision::zeros({5, 7}));
  CHECK(grey.height == 5);
  CHECK(grey.width == 7);
  CHECK(grey.channels == 1);
  CHECK(grey.bytes.starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(grey.bytes.substr(12, 4) == "IHDR");
  CHECK(grey.bytes.ends_with(std::string_view("\0\0\0\0IEND\xae\x42\x60\x82", 12)));
  CHECK(png(dynvision::zeros({3, 5, 7})).channels == 3);
  CHECK(png(dynvision::zeros({3, 5, 7}, at::kByte)).channels == 3);
  for (Tensor const& bad : {Tensor{}, dynvision::zeros({2, 5, 7}), dynvision::zeros({5}), dynvision::zeros({0, 7}),
                            dynvision::zeros({5, 7}, at::kLong)}) {
    CHECK(failure([&] { png(bad); }) == "records.203");
  }
}

TEST_CASE("an event file has whole records with their checksums", "[records]") {
  TemporaryFolder const folder;
  std::filesystem::path path;
  {
    EventFile file(folder / "tensorboard");
    path = file.path();
    CHECK(path.filename().string().starts_with("events.out.tfevents."));
    file.scalar("train_loss", 0.5, 3);
    file.histogram("params/w_hist", histogram_of(numbers({1, 2})), 3);
    file.image("filters", dynvision::zeros({4, 4}), 3);
    CHECK(failure([&] { file.scalar("", 1, 1); }) == "records.202");
    // Each is on disk at once, as a process that is killed leaves it.
    auto const all = events(path);
    REQUIRE(all.size() == 4);
    CHECK(all[0].find("brain.Event:2") != std::string::npos);
    CHECK(all[1].find("train_loss") != std::string::npos);
    CHECK(all[3].find("\x89PNG") != std::string::npos);
  }
  EventFile const again(folder / "tensorboard", 7);
  CHECK(again.path() != path);
  CHECK(events(again.path()).size() == 2);
  CHECK(failure([&] { EventFile(folder.file("a", "") / "b"); }) == "records.201");
}
