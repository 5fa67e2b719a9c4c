// What TensorBoard shows, written as it reads it: scalars, histograms and images by step.
//
//   EventFile events("runs/latest/tensorboard");
//   events.scalar("train_loss", 0.41, step);
//   events.histogram("params/V1.conv.weight_hist", histogram_of(weight), step);
//
// A file of its own for every start of the program. With `from` (a training that goes on), TensorBoard drops what earlier files
// hold of that step and later ones. Every record: its length (8 bytes), the checksum of that, an Event of tensorboard's event.proto
// (encoded here field by field), the checksum of that. A record is on disk as a whole or not at all.
//
// Source: TensorFlow, "TFRecords format details"; tensorboard/compat/proto/{event,summary,histogram}.proto.
// Errors: records.201, records.202, and those of io/file/append_file.hpp.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/append_file.hpp>
#include <dynvision/records/tensorboard/crc32c.hpp>
#include <dynvision/records/tensorboard/histogram.hpp>
#include <dynvision/records/tensorboard/png.hpp>
#include <dynvision/records/tensorboard/protobuf.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace dynvision {

class EventFile {
 public:
  explicit EventFile(std::filesystem::path const& folder, std::optional<std::int64_t> from = {})
      : file_(new_file(folder)) {
    write(Protobuf{}.real(1, seconds()).text(3, "brain.Event:2"));
    if (from) write(Protobuf{}.real(1, seconds()).integer(2, *from).message(7, Protobuf{}.integer(1, session_start)));
  }

  void scalar(std::string_view tag, double value, std::int64_t step) {
    write(tag, step, [&](Protobuf& to) { to.single(2, static_cast<float>(value)); });
  }
  void histogram(std::string_view tag, Histogram const& numbers, std::int64_t step) {
    std::vector<double> limits;
    for (std::size_t i = 1; i <= numbers.counts.size(); ++i) limits.push_back(numbers.edge(i));
    Protobuf const value = Protobuf{}
                               .real(1, numbers.min)
                               .real(2, numbers.max)
                               .real(3, static_cast<double>(numbers.n))
                               .real(4, numbers.sum)
                               .real(5, numbers.sum_of_squares)
                               .reals(6, limits)
                               .reals(7, numbers.counts);
    write(tag, step, [&](Protobuf& to) { to.message(5, value); });
  }
  // (H,W), (1,H,W) or (3,H,W), see png().
  void image(std::string_view tag, Tensor const& image, std::int64_t step) {
    PngImage const drawn = png(image);
    Protobuf const value =
        Protobuf{}.integer(1, drawn.height).integer(2, drawn.width).integer(3, drawn.channels).text(4, drawn.bytes);
    write(tag, step, [&](Protobuf& to) { to.message(4, value); });
  }

  std::filesystem::path const& path() const noexcept { return file_.path(); }

 private:
  static constexpr std::int64_t session_start = 1;

  static double seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  // events.out.tfevents.<seconds>.<host>.<process>.<count>
  static AppendFile new_file(std::filesystem::path const& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) fail("records", 201, {folder.string(), ": cannot be made: ", error.message()});
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '_';
    std::string name = "events.out.tfevents." + number_text(static_cast<std::int64_t>(seconds())) + "." + host.data() +
                       "." + number_text(::getpid()) + ".";
    for (int count = 0;; ++count) {
      auto const path = folder / (name + number_text(count));
      if (!std::filesystem::exists(path, error)) return AppendFile(path);
    }
  }
  template <class Put> void write(std::string_view tag, std::int64_t step, Put&& put) {
    if (tag.empty()) fail("records", 202, {path().string(), ": expected a name of the value, found none"});
    Protobuf value;
    value.text(1, tag);
    put(value);
    write(Protobuf{}.real(1, seconds()).integer(2, step).message(5, Protobuf{}.message(1, value)));
  }
  void write(Protobuf const& event) {
    std::string const& data = event.bytes();
    std::string const length = number<std::uint64_t>(data.size());
    file_.append(length + number(masked_crc32c(length)) + data + number(masked_crc32c(data)));
  }
  template <class Number> static std::string number(Number value) {
    return {reinterpret_cast<char const*>(&value), sizeof value};
  }

  AppendFile file_;
};

}  // namespace dynvision
