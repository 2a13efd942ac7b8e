#include "runtime/cli/list_template.h"

#include <algorithm>

#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

using lifecycle::Listed;

struct Field {
  std::string_view name;
  std::string (*text)(const Listed& one);
};

constexpr Field kFields[] = {
    {"id", [](const Listed& one) { return one.id; }},
    {"pid", [](const Listed& one) { return cat(one.state.pid); }},
    {"status",
     [](const Listed& one) {
       return std::string(one.problem.empty() ? spec::status_name(one.state.status) : "corrupt");
     }},
    {"bundle", [](const Listed& one) { return one.state.bundle; }},
    {"created", [](const Listed& one) { return one.state.created; }},
    {"owner", [](const Listed& one) { return one.state.owner; }},
};

bool is_same(std::string_view name, std::string_view given) {
  return std::ranges::equal(name, given, [](char small, char any) {
    return small == (any >= 'A' && any <= 'Z' ? static_cast<char>(any - 'A' + 'a') : any);
  });
}

Error bad(std::string_view found) {
  return Error(ErrorKind::kUsage,
               cat("option --format: expected table, json, or text with {{.ID}}, {{.PID}}, "
                   "{{.Status}}, {{.Bundle}}, {{.Created}} or {{.Owner}}, found '",
                   found, "'"));
}

// `text` begins with "{{".
Result<const Field*> field_at(std::string_view text) {
  const size_t end = text.find("}}");
  if (end == text.npos) return bad(text);
  std::string_view name = text.substr(2, end - 2);
  while (name.starts_with(' '))
    name.remove_prefix(1);
  while (name.ends_with(' '))
    name.remove_suffix(1);
  if (name.starts_with('.')) {
    for (const Field& field : kFields)
      if (is_same(field.name, name.substr(1))) return &field;
  }
  return bad(text.substr(0, end + 2));
}

Result<std::string> line_of(std::string_view format, const Listed& one) {
  std::string line;
  while (!format.empty()) {
    if (format.starts_with("{{")) {
      line += OCI_TRY(field_at(format))->text(one);
      format.remove_prefix(format.find("}}") + 2);
    } else if (format.starts_with("\\t") || format.starts_with("\\n")) {
      line += format[1] == 't' ? '\t' : '\n';
      format.remove_prefix(2);
    } else {
      line += format.front();
      format.remove_prefix(1);
    }
  }
  return line + '\n';
}

}  // namespace

Result<std::string> list_by_template(std::string_view format, std::span<const Listed> containers) {
  OCI_TRY(line_of(format, {}));  // a mistake is one, even if there is no container
  std::string text;
  for (const Listed& one : containers)
    text += OCI_TRY(line_of(format, one));
  return text;
}

}  // namespace oci::cli
