// A file seen as memory: its pages are read when they are touched, and shared with everyone who has the file open.
//
// Writing into the memory changes a private copy of the page, never the file. The file must not be cut short
// while it is mapped (the system ends a program that touches a page that is gone); a file that is replaced by renaming,
// as io/file/atomic_file.hpp does, stays as it was.
//
// Errors: io.115, and those of io/file/input_file.hpp.
#pragma once
#include <dynvision/io/file/input_file.hpp>

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace dynvision {

class MappedFile {
 public:
  explicit MappedFile(InputFile const& file) : size_(file.size()) {
    if (size_ == 0) return;
    void* const at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor(), 0);
    if (at == MAP_FAILED) fail("io", 115, {file.path().string(), ": cannot be mapped: ", std::strerror(errno)});
    begin_ = static_cast<char*>(at);
    ::madvise(at, size_, MADV_WILLNEED);
  }
  MappedFile(MappedFile const&) = delete;
  MappedFile& operator=(MappedFile const&) = delete;
  ~MappedFile() {
    if (begin_ != nullptr) ::munmap(begin_, size_);
  }

  char* begin() const noexcept { return begin_; }
  std::uint64_t size() const noexcept { return size_; }

 private:
  char* begin_ = nullptr;
  std::uint64_t size_;
};

}  // namespace dynvision
