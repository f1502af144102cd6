// The table of settings behind config.h: what each is called, what it takes and
// what it means.

#ifndef MI_SERVER_CONFIG_TABLE_H_
#define MI_SERVER_CONFIG_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/types/span.h"
#include "server/config.h"

namespace mi::server {

// One setting: a row of the table.
struct Setting {
  using Member =
      std::variant<std::string Config::*, std::optional<std::string> Config::*,
                   bool Config::*, uint64_t Config::*, double Config::*>;

  std::string_view flag;  // without the dashes
  Member member;
  std::string_view meaning;
  // Of a number, inclusive.
  double low = 0;
  double high = 0;
  // Of a text, separated by '|'; empty where any text will do.
  std::string_view choices;

  // "MI_DATA_DIR" for "data-dir".
  std::string Variable() const;
  // True where the flag may stand without a value.
  bool ValueIsOptional() const;
  // True where every text is a value.
  bool TakesAnyText() const;
  // What values it takes, as words: "a whole number from 0 to 1024".
  std::string Expected() const;

  // Sets it from text; false, and nothing set, when the text is no value.
  [[nodiscard]] bool Assign(const std::string& text, Config* config) const;
  std::string Format(const Config& config) const;
};

// All settings, in the order of --help.
absl::Span<const Setting> Settings();

// The setting of that flag or environment variable, or null.
const Setting* FindFlag(std::string_view flag);
const Setting* FindVariable(std::string_view variable);

}  // namespace mi::server

#endif  // MI_SERVER_CONFIG_TABLE_H_
