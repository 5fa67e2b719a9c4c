// What a configuration says of batches: BatchOptions.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/data/batches.hpp>

namespace dynvision::config {

template <> struct Description<BatchOptions> {
  static constexpr std::string_view section = "data";
  using B = BatchOptions;
  static constexpr auto fields = hana::make_tuple(
      field<&B::batch_size>({.key = "batch_size", .range = at_least(1), .help = "images in a batch"}),
      field<&B::shuffle>({.key = "shuffle", .help = "a new order of the training images in every epoch"}),
      field<&B::drop_last>({.key = "drop_last", .help = "leave out a last batch that is smaller"}),
      field<&B::seed>(
          {.key = "seed", .help = "of the order of the images, of their division for validation, and of trials"}));
};

}  // namespace dynvision::config
