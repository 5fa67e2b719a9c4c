// PNG images, by libpng: grey, colours and palettes of 1 to 16 bits, interlaced or not.
//
// Grey stays grey, all else becomes red, green, blue; 16 bits are scaled to 8. An alpha channel is left out (what is transparent
// has the colour that the file gives it), and gamma is not applied: the numbers are those of Pillow's convert("RGB").
//
// Errors: none of its own (io/image/image_file.hpp).
#pragma once
#include <dynvision/io/image/pixels.hpp>

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <string_view>

namespace dynvision {

namespace png_reading {

struct Source {
  unsigned char const* at;
  std::size_t left;
  char problem[200];
};

inline void give(png_structp png, png_bytep to, std::size_t n) {
  auto* const source = static_cast<Source*>(png_get_io_ptr(png));
  if (n > source->left) png_error(png, "the file ends too early");
  std::memcpy(to, source->at, n);
  source->at += n, source->left -= n;
}
[[noreturn]] inline void stop(png_structp png, png_const_charp message) {
  auto* const source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->problem, message, sizeof source->problem - 1);
  png_longjmp(png, 1);
}
inline void pass(png_structp, png_const_charp) {}

// libpng leaves the two functions below by longjmp: they hold nothing that has a destructor.
inline bool header(png_structp png, png_infop info, Source* source, std::size_t* size) {
  if (setjmp(png_jmpbuf(png))) return false;  // NOLINT
  png_set_read_fn(png, source, give);
  png_set_user_limits(png, 1U << 20U, 1U << 20U);
  png_set_chunk_malloc_max(png, 1U << 24U);
  png_set_chunk_cache_max(png, 64);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size[0] = png_get_image_height(png, info), size[1] = png_get_image_width(png, info);
  size[2] = png_get_channels(png, info);
  return true;
}
inline bool rows(png_structp png, unsigned char** all) {
  if (setjmp(png_jmpbuf(png))) return false;  // NOLINT
  png_read_image(png, all);
  png_read_end(png, nullptr);
  return true;
}

}  // namespace png_reading

inline bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1a\n"); }

inline ImagePixels read_png(std::string_view bytes) {
  png_reading::Source source{reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), {}};
  struct Reader {
    png_structp png;
    png_infop info;
    explicit Reader(png_reading::Source* of)
        : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, of, png_reading::stop, png_reading::pass)),
          info(png == nullptr ? nullptr : png_create_info_struct(png)) {}
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  } reader(&source);
  ImagePixels image;
  std::size_t size[3]{};
  if (reader.info == nullptr) {
    image.problem = "libpng cannot start";
  } else if (!png_reading::header(reader.png, reader.info, &source, size)) {
    image.problem = source.problem;
  } else {
    image.height = size[0], image.width = size[1], image.channels = size[2];
    if (!image.fits() || image.height * image.width * image.channels / 1032 > bytes.size()) {  // of deflate
      image.problem = "more pixels than a file of this size can hold, or than are read";
      return image;
    }
    image.bytes.resize(image.height * image.width * image.channels);
    std::vector<unsigned char*> rows;
    for (std::size_t y = 0; y < image.height; ++y) rows.push_back(&image.bytes[y * image.width * image.channels]);
    if (!png_reading::rows(reader.png, rows.data())) image.problem = source.problem;
  }
  return image;
}

}  // namespace dynvision
