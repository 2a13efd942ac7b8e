// A cursor in a TOML text: reads strings and keys, and finds the end of values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oci::install {

bool is_bare_key(char c);

// Each function that returns a bool moves past its token. false: what() describes the problem at
// place(). Past the end, peek() gives '\0'.
class TomlReader {
 public:
  explicit TomlReader(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  size_t place() const { return place_; }
  std::string_view what() const { return what_; }
  char peek() const { return place_ < text_.size() ? text_[place_] : '\0'; }
  bool at_end() const { return place_ >= text_.size(); }
  bool at_line_end() const;
  size_t line_end() const;  // of this line, without "\n" or "\r\n"

  void skip(size_t count) {
    place_ = place_ + count < text_.size() ? place_ + count : text_.size();
  }
  void skip_blanks();
  void skip_blank_lines();  // blanks, newlines and comments between array elements
  bool rest_of_line();      // blanks, a comment, the newline

  bool dotted(std::vector<std::string>& parts);  // appends, and skips the blanks that follow
  bool string(std::string& out);                 // any of the four kinds
  bool value();

  bool fail(std::string_view what) {
    what_ = what;
    return false;
  }

 private:
  bool single_line(char quote, std::string& out);
  bool multi_line(char quote, std::string& out);
  bool escape(std::string& out);
  bool key(std::string& out);
  bool list(char close);

  std::string_view text_;
  size_t place_ = 0;
  int depth_ = 0;
  std::string_view what_;
};

}  // namespace oci::install
