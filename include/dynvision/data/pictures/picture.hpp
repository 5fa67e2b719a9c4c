// A picture of any size as an image of a study: the channels and the size of the model, normalised as its data are.
//
//   Tensor const image = read_picture("stimuli/cat.png", {3, 64, 64}, settings);          (1,C,H,W) float32
//
// Grey becomes three equal channels; colours become grey by 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601). Another size is reached
// by bilinear interpolation with antialiasing, of both sides alike or not: cut a picture before, where its shape must stay.
//
// Errors: those of io/image/image_file.hpp and of data/data_set.hpp, data.165.
#pragma once
#include <dynvision/data/data_set.hpp>
#include <dynvision/io/image/image_file.hpp>

#include <ATen/ops/_upsample_bilinear2d_aa_ops.h>

#include <array>
#include <filesystem>

namespace dynvision {

// (C',H',W') uint8 -> (1,C,H,W) float32 of 0 to 255
inline Tensor fitted_picture(Tensor const& picture, std::array<int, 3> dims) {
  auto const [channels, height, width] = dims;
  if (channels < 1 || height < 1 || width < 1 ||
      (channels != picture.size(0) && channels != 1 && picture.size(0) != 1)) {
    fail("data", 165,
         {"a picture of ", picture.size(0), " channels for images (", channels, ",", height, ",", width,
          "): expected images of 1 or 3 channels"});
  }
  Tensor image = picture.to(at::kFloat).unsqueeze(0);
  if (channels == 1 && image.size(1) == 3) {
    Tensor const red = image.narrow(1, 0, 1), green = image.narrow(1, 1, 1), blue = image.narrow(1, 2, 1);
    image = red.mul(0.299).add_(green, 0.587).add_(blue, 0.114);
  } else if (channels != image.size(1)) {
    image = image.expand({-1, channels, -1, -1}).contiguous();
  }
  if (image.size(2) == height && image.size(3) == width) return image;
  std::int64_t const size[] = {height, width};
  return at::_ops::_upsample_bilinear2d_aa::call(image, c10::fromIntArrayRefSlow(size), false, std::nullopt,
                                                 std::nullopt);
}

inline Tensor read_picture(std::filesystem::path const& path, std::array<int, 3> dims, DataSettings const& settings) {
  Tensor image = fitted_picture(read_image_file(path), dims);
  if (settings.pixel_range == "0-1") image = image.div(255.0);
  data_set::normalise(image, data_set::statistics_of(settings));
  return image;
}

}  // namespace dynvision
