// JPEG images, by libjpeg: grey stays grey, colours become red, green, blue. What is damaged is not guessed.
//
// Errors: none of its own (io/image/image_file.hpp).
#pragma once
#include <dynvision/io/image/pixels.hpp>

#include <jpeglib.h>

#include <csetjmp>
#include <cstring>
#include <string_view>

namespace dynvision {

namespace jpeg_reading {

struct Problem : jpeg_error_mgr {
  std::jmp_buf back;
  char text[JMSG_LENGTH_MAX];
};

[[noreturn]] inline void stop(j_common_ptr jpeg) {
  auto* const problem = static_cast<Problem*>(jpeg->err);
  problem->format_message(jpeg, problem->text);
  std::longjmp(problem->back, 1);  // NOLINT
}
// Level -1: data are missing or damaged, and would be made up.
inline void message(j_common_ptr jpeg, int level) {
  if (level < 0) stop(jpeg);
}
// Each scan goes over the whole image: thousands of them in a small file would take hours.
inline void progress(j_common_ptr jpeg) {
  auto* const problem = static_cast<Problem*>(jpeg->err);
  if (!jpeg->is_decompressor || reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= 100) return;
  std::strcpy(problem->text, "more than 100 scans");
  std::longjmp(problem->back, 1);  // NOLINT
}

// libjpeg leaves the functions below by longjmp: they hold nothing that has a destructor.
inline bool header(jpeg_decompress_struct* jpeg, Problem* problem, unsigned char const* bytes, std::size_t n) {
  if (setjmp(problem->back)) return false;  // NOLINT
  jpeg_mem_src(jpeg, bytes, n);
  jpeg_read_header(jpeg, TRUE);
  jpeg->out_color_space = jpeg->jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(jpeg);
  return true;
}
inline bool rows(jpeg_decompress_struct* jpeg, Problem* problem, unsigned char* to, std::size_t row) {
  if (setjmp(problem->back)) return false;  // NOLINT
  jpeg_start_decompress(jpeg);
  while (jpeg->output_scanline < jpeg->output_height) {
    unsigned char* at = to + jpeg->output_scanline * row;
    jpeg_read_scanlines(jpeg, &at, 1);
  }
  jpeg_finish_decompress(jpeg);
  return true;
}

}  // namespace jpeg_reading

inline bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xFF\xD8\xFF"); }

inline ImagePixels read_jpeg(std::string_view bytes) {
  struct Reader {
    jpeg_decompress_struct jpeg{};
    jpeg_reading::Problem problem{};
    jpeg_progress_mgr watch{};
    Reader() {
      jpeg.err = jpeg_std_error(&problem);
      problem.error_exit = jpeg_reading::stop;
      problem.emit_message = jpeg_reading::message;
      jpeg_create_decompress(&jpeg);
      watch.progress_monitor = jpeg_reading::progress;
      jpeg.progress = &watch;
    }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    ~Reader() { jpeg_destroy_decompress(&jpeg); }
  } reader;
  ImagePixels image;
  auto const* const from = reinterpret_cast<unsigned char const*>(bytes.data());
  if (!jpeg_reading::header(&reader.jpeg, &reader.problem, from, bytes.size())) {
    image.problem = reader.problem.text;
    return image;
  }
  image.height = reader.jpeg.output_height, image.width = reader.jpeg.output_width;
  image.channels = static_cast<std::size_t>(reader.jpeg.output_components);
  if (!image.fits()) {
    image.problem = "more pixels than are read";
    return image;
  }
  std::size_t const row = image.width * image.channels;
  image.bytes.resize(image.height * row);
  if (!jpeg_reading::rows(&reader.jpeg, &reader.problem, image.bytes.data(), row)) image.problem = reader.problem.text;
  return image;
}

}  // namespace dynvision
