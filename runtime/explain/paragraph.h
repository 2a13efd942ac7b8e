// Text for a terminal of 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace oci::explain {

// Breaks the text between words. Each line begins with `margin` blanks and ends in a newline.
std::string paragraph(std::string_view text, size_t margin);

// The same behind `name`, which stands in the margin of the first line.
std::string named_paragraph(std::string name, std::string_view text, size_t margin);

// Each line of the text behind `margin` blanks.
std::string indented(std::string_view text, size_t margin);

}  // namespace oci::explain
