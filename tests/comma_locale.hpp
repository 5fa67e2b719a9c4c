// While it lives, numbers are written "0,5": the locale of C++ always, that of C where there is one or localedef makes one.
#pragma once
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <locale>
#include <string>

class CommaLocale {
 public:
  CommaLocale() : before_(std::setlocale(LC_ALL, nullptr)) {
    struct Comma : std::numpunct<char> {
      char do_decimal_point() const override { return ','; }
      char do_thousands_sep() const override { return '.'; }
      std::string do_grouping() const override { return "\3"; }
    };
    global_ = std::locale::global(std::locale(std::locale::classic(), new Comma));
    for (char const* const name : {"de_DE.UTF-8", "fr_FR.UTF-8", "pt_BR.UTF-8", "ru_RU.UTF-8"}) {
      if (in_c_ = set(name); in_c_) return;
    }
    char folder[] = "/var/tmp/dynvision-locale-XXXXXX";
    if (::mkdtemp(folder) == nullptr) return;
    made_ = folder;
    std::ofstream(made_ / "source") << "comment_char %\nescape_char /\nLC_NUMERIC\ndecimal_point \",\"\n"
                                       "thousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n";
    std::string const make =
        "localedef -c -i " + (made_ / "source").string() + " " + (made_ / "xx_XX").string() + " >/dev/null 2>&1";
    if (std::system(make.c_str()) < 0 || ::setenv("LOCPATH", folder, 1) != 0) return;
    in_c_ = set("xx_XX");
  }
  CommaLocale(CommaLocale const&) = delete;
  CommaLocale& operator=(CommaLocale const&) = delete;
  ~CommaLocale() {
    std::setlocale(LC_ALL, before_.c_str());
    std::locale::global(global_);
    if (made_.empty()) return;
    ::unsetenv("LOCPATH");
    std::filesystem::remove_all(made_);
  }

  bool in_c() const { return in_c_; }  // printf writes commas too

 private:
  static bool set(char const* name) {
    char text[8];
    if (std::setlocale(LC_ALL, name) == nullptr) return false;
    std::snprintf(text, sizeof text, "%.1f", 0.5);
    return std::string(text) == "0,5";
  }

  std::string before_;
  std::locale global_;
  std::filesystem::path made_;
  bool in_c_ = false;
};
