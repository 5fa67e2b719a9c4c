// Recordings as HDF5, where the program was built with it (Debian: libhdf5-dev).
#include "recording_file.hpp"

#if defined(DYNVISION_PROGRAM_HDF5)
#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <tuple>
#endif

namespace program {

#if defined(DYNVISION_PROGRAM_HDF5)

namespace {

using dynvision::fail, dynvision::Tensor;

class Hdf5Recording : public RecordingFile {
 public:
  Hdf5Recording(std::filesystem::path const& path, RecordingContents const& contents)
      : path_(path),
        temporary_(path.parent_path() / (".dynvision-" + dynvision::number_text(::getpid()) + "-hdf5.partial")) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // its own messages; what failed is said below
    file_ = checked(H5Fcreate(temporary_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), "cannot be created");
    try {
      put_texts("stimulus_id", contents.stimulus_ids);
      for (auto const& [name, texts] : contents.neuroid_texts()) put_texts(name, texts);
      for (auto const& [name, numbers] : contents.neuroid_numbers())
        put(name, numbers, H5T_NATIVE_INT64, H5T_STD_I64LE);
      for (auto const& [name, edges] : contents.bin_edges()) put(name, edges, H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE);
      for (auto const& [name, text] : contents.texts) put_attribute(name, text);
      for (auto const& [name, number] : contents.numbers) put_attribute(name, number);
      size_ = {contents.stimulus_ids.size(), contents.neuroids.size(), contents.bins.size()};
      Id const space(H5Screate_simple(3, size_.data(), nullptr), H5Sclose);
      responses_ =
          checked(H5Dcreate2(file_, "responses", H5T_IEEE_F32LE, space.id, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                  "cannot be written");
    } catch (...) {
      discard();
      throw;
    }
  }
  Hdf5Recording(Hdf5Recording const&) = delete;
  Hdf5Recording& operator=(Hdf5Recording const&) = delete;
  ~Hdf5Recording() override { discard(); }

  void append(Tensor const& rates) override {
    std::array<hsize_t, 3> const begin{done_, 0, 0}, count{static_cast<hsize_t>(rates.size(0)), size_[1], size_[2]};
    Id const where(H5Dget_space(responses_), H5Sclose), from(H5Screate_simple(3, count.data(), nullptr), H5Sclose);
    checked(H5Sselect_hyperslab(where.id, H5S_SELECT_SET, begin.data(), nullptr, count.data(), nullptr),
            "cannot be written");
    checked(H5Dwrite(responses_, H5T_NATIVE_FLOAT, from.id, where.id, H5P_DEFAULT, rates.const_data_ptr()),
            "cannot be written: is the disk full?");
    done_ += count[0];
  }

  void commit() override {
    checked(H5Dclose(std::exchange(responses_, -1)), "cannot be written: is the disk full?");
    checked(H5Fclose(std::exchange(file_, -1)), "cannot be written: is the disk full?");
    int const file = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
    bool const durable = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!durable || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
      fail("program", 174, {path_.string(), ": cannot be put in place: ", std::strerror(errno)});
    }
    temporary_.clear();
  }

 private:
  struct Id {
    hid_t id;
    herr_t (*close)(hid_t);
    Id(hid_t of, herr_t (*by)(hid_t)) : id(of), close(by) {}
    Id(Id const&) = delete;
    Id& operator=(Id const&) = delete;
    ~Id() {
      if (id >= 0) close(id);
    }
  };
  template <class Number> Number checked(Number status, char const* what) const {
    if (status < 0) fail("program", 174, {path_.string(), ": ", what});
    return status;
  }
  void discard() noexcept {
    if (responses_ >= 0) H5Dclose(std::exchange(responses_, -1));
    if (file_ >= 0) H5Fclose(std::exchange(file_, -1));
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }

  template <class Values> void put(std::string const& name, Values const& values, hid_t memory, hid_t stored) const {
    hsize_t const n = values.size();
    Id const space(H5Screate_simple(1, &n, nullptr), H5Sclose);
    Id const set(H5Dcreate2(file_, name.c_str(), stored, space.id, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
    checked(set.id, "cannot be written");
    checked(H5Dwrite(set.id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "cannot be written");
  }
  // Closed by whoever asked for it.
  static hid_t text_type(std::size_t size) {
    hid_t const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, std::max<std::size_t>(size, 1));
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
  }
  void put_texts(std::string const& name, std::vector<std::string> const& texts) const {
    std::size_t longest = 1;
    for (std::string const& text : texts) longest = std::max(longest, text.size());
    std::string bytes;
    for (std::string const& text : texts) bytes += text + std::string(longest - text.size(), '\0');
    Id const type(text_type(longest), H5Tclose);
    struct Row {
      std::string const& all;
      hsize_t n;
      hsize_t size() const { return n; }
      char const* data() const { return all.data(); }
    };
    put(name, Row{bytes, texts.size()}, type.id, type.id);
  }
  void put_attribute(std::string const& name, std::string const& text) const {
    Id const type(text_type(text.size()), H5Tclose);
    attribute(name, type.id, text.empty() ? "" : text.data());
  }
  void put_attribute(std::string const& name, double number) const { attribute(name, H5T_NATIVE_DOUBLE, &number); }
  void attribute(std::string const& name, hid_t type, void const* value) const {
    Id const space(H5Screate(H5S_SCALAR), H5Sclose);
    Id const made(H5Acreate2(file_, name.c_str(), type, space.id, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    checked(made.id, "cannot be written");
    checked(H5Awrite(made.id, type, value), "cannot be written");
  }

  std::filesystem::path path_, temporary_;
  hid_t file_ = -1, responses_ = -1;
  std::array<hsize_t, 3> size_{};
  hsize_t done_ = 0;
};

}  // namespace

std::unique_ptr<RecordingFile> hdf5_recording(std::filesystem::path const& path, RecordingContents const& contents) {
  return std::make_unique<Hdf5Recording>(path, contents);
}

#else

std::unique_ptr<RecordingFile> hdf5_recording(std::filesystem::path const& path, RecordingContents const&) {
  dynvision::fail("program", 173,
                  {"--output \"", path.string(),
                   "\": this program was built without HDF5: expected a name that ends in .npz, or a build with it "
                   "(apt-get install libhdf5-dev)"});
}

#endif

}  // namespace program
