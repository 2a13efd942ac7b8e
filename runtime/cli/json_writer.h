// JSON written from front to back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oci::cli {

enum class JsonLayout { kOneLine, kIndented };

class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout = JsonLayout::kOneLine);
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object(std::string_view key = {});  // no key: an element, or the document
  void end_object();
  void begin_array(std::string_view key = {});
  void end_array();
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, int64_t value);
  void fraction(std::string_view key, double value);  // at most two digits after the point
  void flag(std::string_view key, bool value);
  void null(std::string_view key);
  void element(std::string_view text);

  // The text with a newline at its end.
  std::string finish();

 private:
  struct State;
  void key(std::string_view name);
  std::unique_ptr<State> state_;
};

}  // namespace oci::cli
