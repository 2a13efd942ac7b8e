#include "runtime/explain/paragraph.h"

#include <algorithm>

namespace oci::explain {

std::string paragraph(std::string_view text, size_t margin) {
  constexpr size_t kWidth = 80;
  std::string out;
  std::string line(margin, ' ');
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (line.size() > margin && line.size() + 1 + word.size() > kWidth) {
      out += line + '\n';
      line.assign(margin, ' ');
    }
    if (line.size() > margin) line += ' ';
    line += word;
  }
  return out + line + '\n';
}

std::string named_paragraph(std::string name, std::string_view text, size_t margin) {
  name.resize(std::max(name.size(), margin), ' ');
  return name + paragraph(text, margin).substr(margin);
}

std::string indented(std::string_view text, size_t margin) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out.append(margin, ' ').append(line).append("\n");
  }
  return out;
}

}  // namespace oci::explain
