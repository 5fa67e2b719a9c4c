// Tiles of 2 x 2 neighbouring outputs of a 3 x 3 convolution, and the two ways in which a signal becomes tiles.
//
//   patch    V = B' d B,  d: the 4 x 4 numbers that the outputs of a tile see             16 numbers a tile and channel
//   spread   G = A g A',  g: the 2 x 2 outputs themselves                                 the same
//
//        | 1  0  0  0 |        | 1  0 |
//   B =  | 0  1 -1  1 |   A =  | 1  1 |
//        |-1  1  1  0 |        | 1 -1 |
//        | 0  0  0 -1 |        | 0 -1 |
//
// For Winograd's F(2x2,3x3) (Lavin and Gray 2016, Fast algorithms for convolutional neural networks).
// Of signals with channels fastest. What lies outside is zero.
#pragma once
#include <dynvision/core/size.hpp>
#include <dynvision/kernels/convolution/microkernel.hpp>

namespace dynvision::kernels {

// The tiles of outputs (N,C,H,W), image by image, row by row.
struct Tiles {
  Size outputs{};
  std::int64_t rows = 0, columns = 0;

  explicit Tiles(Size of) : outputs(of), rows((of.height + 1) / 2), columns((of.width + 1) / 2) {}
  std::int64_t in_image() const { return rows * columns; }
  struct Place {
    std::int64_t image, y, x;  // of its first output
  };
  Place place(std::int64_t tile) const {
    std::int64_t const in = tile % in_image();
    return {tile / in_image(), in / columns * 2, in % columns * 2};
  }
};

// Sixteen planes of (tile, channel).
template <class T> struct TilePlanes {
  T* at = nullptr;
  std::int64_t row, plane;  // [numbers] from one tile to the next, from one plane to the next

  // Rows fill registers. Planes begin at different places of a page, so that they do not compete for one set of a cache.
  TilePlanes(std::int64_t tiles, std::int64_t channels)
      : row((channels + Lanes<T>::width - 1) / Lanes<T>::width * Lanes<T>::width),
        plane((tiles * row + 15) / 16 * 16 + 16) {}
  std::int64_t numbers() const { return 16 * plane; }
  TilePlanes in(T* memory) const {
    TilePlanes all = *this;
    all.at = memory;
    return all;
  }
  TilePlanes from(std::int64_t tile) const { return in(at + tile * row); }
};

template <class T> class TileReader {
  using V = typename Lanes<T>::Vector;
  static constexpr std::int64_t width = Lanes<T>::width;

 public:
  // x (N,C,H,W), channels fastest, C >= the width of a register; `zeros`: C of them
  TileReader(T const* x, std::int64_t channels, Size size, T const* zeros)
      : x_(x), channels_(channels), size_(size), zeros_(zeros) {}

  // Tiles [first,last) of a convolution with this padding: the first becomes row 0 of the planes.
  DYNVISION_WIDE void patch(Tiles const& tiles, std::int64_t padding, std::int64_t first, std::int64_t last,
                            TilePlanes<T> const& to) const {
    T const* from[16];
    for (std::int64_t tile = first; tile < last; ++tile) {
      Tiles::Place const p = tiles.place(tile);
      for (int a = 0; a < 4; ++a) pointers<4>(p.image, p.y - padding + a, p.x - padding, from + 4 * a);
      T* const row = to.at + (tile - first) * to.row;
      for (std::int64_t c = 0; c < channels_; c = after(c)) patch_of(from, c, row + c, to.plane);
    }
  }
  // Four planes of them, those of row a of B' d B.
  DYNVISION_WIDE void patch_row(int a, Tiles const& tiles, std::int64_t padding, std::int64_t first, std::int64_t last,
                                TilePlanes<T> const& to) const {
    T const* from[8];
    std::int64_t const upper = a == 0 ? 0 : 1, lower = a == 3 ? 3 : 2;
    T const sign = a == 1 ? T(1) : T(-1);
    bool const swapped = a == 2;
    for (std::int64_t tile = first; tile < last; ++tile) {
      Tiles::Place const p = tiles.place(tile);
      pointers<4>(p.image, p.y - padding + (swapped ? lower : upper), p.x - padding, from);
      pointers<4>(p.image, p.y - padding + (swapped ? upper : lower), p.x - padding, from + 4);
      T* const row = to.at + (tile - first) * to.row;
      for (std::int64_t c = 0; c < channels_; c = after(c)) {
        V t[4];
#pragma GCC unroll 4
        for (int b = 0; b < 4; ++b) {
          V plus, other;
          read(from[b] + c, plus), read(from[4 + b] + c, other);
          t[b] = plus + other * sign;
        }
        put_patch(t, row + c, to.plane);
      }
    }
  }
  // Four planes of tiles of outputs, those of row a of A g A'.
  DYNVISION_WIDE void spread_row(int a, Tiles const& tiles, std::int64_t first, std::int64_t last,
                                 TilePlanes<T> const& to) const {
    T const* from[4];
    T const upper = a == 3 ? T(0) : T(1), lower = a == 0 ? T(0) : (a == 1 ? T(1) : T(-1));
    for (std::int64_t tile = first; tile < last; ++tile) {
      Tiles::Place const p = tiles.place(tile);
      pointers<2>(p.image, p.y, p.x, from);
      pointers<2>(p.image, p.y + 1, p.x, from + 2);
      T* const row = to.at + (tile - first) * to.row;
      for (std::int64_t c = 0; c < channels_; c = after(c)) {
        V t[2];
#pragma GCC unroll 2
        for (int b = 0; b < 2; ++b) {
          V above, below;
          read(from[b] + c, above), read(from[2 + b] + c, below);
          t[b] = above * upper + below * lower;
        }
        T* const at = row + c;
        write(t[0], at);
        write(t[0] + t[1], at + to.plane);
        write(t[0] - t[1], at + 2 * to.plane);
        write(-t[1], at + 3 * to.plane);
      }
    }
  }

 private:
  // Where the numbers of n neighbouring places of a row begin.
  template <int n> void pointers(std::int64_t image, std::int64_t y, std::int64_t x, T const** to) const {
    bool const inside = y >= 0 && y < size_.height;
    T const* const row = inside ? x_ + ((image * size_.height + y) * size_.width + x) * channels_ : nullptr;
    if (inside && x >= 0 && x + n <= size_.width) {
      for (std::int64_t b = 0; b < n; ++b) to[b] = row + b * channels_;
      return;
    }
    for (std::int64_t b = 0; b < n; ++b) {
      to[b] = inside && x + b >= 0 && x + b < size_.width ? row + b * channels_ : zeros_;
    }
  }
  // Where the next vector begins; the last one overlaps the one before where channels do not fill it.
  std::int64_t after(std::int64_t c) const {
    return c + width < channels_ ? std::min(c + width, channels_ - width) : channels_;
  }

  DYNVISION_LANES_ONLY static void read(T const* from, V& to) { std::memcpy(&to, from, sizeof to); }
  DYNVISION_LANES_ONLY static void write(V const& v, T* to) { std::memcpy(to, &v, sizeof v); }

  DYNVISION_LANES_ONLY static void patch_of(T const* const* from, std::int64_t c, T* to, std::int64_t plane) {
    V t[4][4];
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) {
      V d0, d1, d2, d3;
      read(from[b] + c, d0), read(from[4 + b] + c, d1), read(from[8 + b] + c, d2), read(from[12 + b] + c, d3);
      t[0][b] = d0 - d2, t[1][b] = d1 + d2, t[2][b] = d2 - d1, t[3][b] = d1 - d3;
    }
#pragma GCC unroll 4
    for (int a = 0; a < 4; ++a) put_patch(t[a], to + 4 * a * plane, plane);
  }
  DYNVISION_LANES_ONLY static void put_patch(V const* t, T* to, std::int64_t plane) {
    write(t[0] - t[2], to);
    write(t[1] + t[2], to + plane);
    write(t[2] - t[1], to + 2 * plane);
    write(t[1] - t[3], to + 3 * plane);
  }

  T const* x_;
  std::int64_t channels_;
  Size size_;
  T const* zeros_;
};

}  // namespace dynvision::kernels
