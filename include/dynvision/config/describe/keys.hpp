// All keys of a described struct, in the order of their description, without their types.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/key.hpp>

#include <algorithm>
#include <sstream>

namespace dynvision::config {

namespace describe {

inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = std::min(text.find(' ', at), text.size());
    all.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

// A text that is none of its words.
inline std::optional<Refusal> check_words(Value const& value, std::string const& text,
                                          std::vector<std::string> const& words) {
  if (words.empty() || std::find(words.begin(), words.end(), text) != words.end()) return std::nullopt;
  return Refusal{expected_one_of(text, words).substr(std::string_view("expected ").size()), true, &value};
}

template <class Root> class KeyList {
 public:
  std::vector<Key> keys;

  template <class T, class Access> void add(Access const& access, std::string_view begin) {
    hana::for_each(hana::accessors<T>(), hana::fuse([&](auto field, auto const& member) {
                     using F = decltype(field);
                     auto const of_root = [ access, member ](auto& root) -> auto& { return member(access(root)); };
                     if constexpr (F::kind == FieldKind::inner) {
                       add<typename F::type>(of_root, std::string(begin) + std::string(field.about.key));
                     } else if constexpr (F::kind == FieldKind::also) {
                       also_.emplace_back(std::string(field.about.key), setter<F>(field, of_root));
                     } else if constexpr (F::kind == FieldKind::key) {
                       keys.push_back(key_of<T, F>(field, of_root, begin));
                     }
                   }));
  }
  void finish() {
    for (auto& also : also_) {
      std::string const& name = also.first;
      Set const& set = also.second;
      auto const key = std::find_if(keys.begin(), keys.end(), [&](Key const& k) { return k.whole_name() == name; });
      if (key == keys.end()) fail("config", 109, {name, ": a field takes its value, and no key has this name"});
      key->set = [first = key->set, second = set](Root& root, Value const& value) {
        std::optional<Refusal> refused = first(root, value);
        return refused ? refused : second(root, value);
      };
    }
  }

 private:
  using Set = std::function<std::optional<Refusal>(Root&, Value const&)>;

  template <class F, class Access> static Set setter(F field, Access const& access) {
    return [access, range = field.about.range, words = words_of(field.about.words)](
               Root& root, Value const& value) -> std::optional<Refusal> {
      auto& to = access(root);
      if constexpr (std::is_same_v<typename F::type, std::string>) {
        std::string text;
        std::optional<Refusal> refused = F::codec::read(value, text, range);
        if (!refused) refused = check_words(value, text, words);
        if (!refused) to = std::move(text);
        return refused;
      } else {
        return F::codec::read(value, to, range);
      }
    };
  }
  template <class T, class F, class Access> Key key_of(F field, Access const& access, std::string_view begin) {
    About const& about = field.about;
    using C = typename F::codec;
    std::vector<std::string> const words = words_of(about.words);
    std::string type = C::type();
    Json schema = C::schema(about.range);
    if (!words.empty()) {
      type.clear();
      for (std::string const& word : words) type += (type.empty() ? "" : " | ") + word;
      schema = {{"enum", words}};
    }
    Key key{.section = std::string(about.section.empty() ? Description<T>::section : about.section),
            .name = std::string(begin) + std::string(about.key),
            .type = std::move(type),
            .unit = std::string(about.unit),
            .range = about.range,
            .help = std::string(about.help),
            .takes_list = C::takes_list,
            .takes_object = C::takes_object,
            .schema = std::move(schema),
            .set = setter<F>(field, access),
            .get = [access](Root const& root) { return C::write(access(root)); }};
    for (std::string_view const alias : about.aliases) {
      if (!alias.empty()) key.aliases.emplace_back(alias);
    }
    key.default_value = key.get(Root{});
    return key;
  }

  std::vector<std::pair<std::string, Set>> also_;
};

}  // namespace describe

template <Described Root> std::vector<Key> keys_of() {
  describe::KeyList<Root> list;
  list.template add<Root>(
      [](auto& root) -> auto& { return root; }, "");
  list.finish();
  return std::move(list.keys);
}

}  // namespace dynvision::config
