// Types as they are written, and columns whose width is counted in characters.
// covers: core/text_columns.hpp
#include <dynvision/core/name.hpp>
#include <dynvision/core/text_columns.hpp>
#include <dynvision/core/type_text.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace mine {

template <Name> struct Named {};
template <int, class...> struct Op {
  struct Inner {};
};
namespace deeper {
struct Part {};
}  // namespace deeper

}  // namespace mine

namespace {

struct Here {};
template <class> struct Of {};

}  // namespace

TEST_CASE("a type is text without namespaces, a name a literal", "[core]") {
  struct Local {};
  CHECK(type_text<Here>() == "Here");
  CHECK(type_text<mine::Op<3, mine::Named<"tau_{}">, mine::deeper::Part>>() == "Op<3, Named<\"tau_{}\">, Part>");
  CHECK(type_text<mine::Op<-1, Of<Of<Here>>, Local>>() == "Op<-1, Of<Of<Here>>, Local>");
  CHECK(type_text<Of<mine::Op<1, Here>::Inner>>() == "Of<Inner>");
  CHECK(type_text<mine::Named<"">>() == "Named<\"\">");
  CHECK(type_text<Of<mine::Named<"a\"b::{c}">>>() == "Of<Named<\"a\\\"b::{c}\">>");
  CHECK(type_text<mine::Named<"µ1V">>() == "Named<\"µ1V\">");
  CHECK(type_text<Of<double>>() == "Of<double>");
}

TEST_CASE("columns are as wide as their characters, not their bytes", "[core]") {
  CHECK(text_columns({{"µ [ms]", "1"}, {"a", "23"}}, {false, true}, 2) ==
        "µ [ms]   1\n"
        "a       23\n");
  CHECK(text_columns({{"τ", "b"}, {}, {"abc"}}, {true}, 1) ==
        "  τ b\n"
        "\n"
        "abc\n");
  CHECK(text_width("µτ→a") == 4);
}
