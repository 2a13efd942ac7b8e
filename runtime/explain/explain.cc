// oci-rt explain
#include <algorithm>
#include <optional>

#include "runtime/cli/output.h"
#include "runtime/explain/commands.h"
#include "runtime/explain/ended.h"
#include "runtime/explain/pages.h"
#include "runtime/explain/properties.h"
#include "spec/code.h"

namespace oci::explain {
namespace {

std::optional<Code> code_named(std::string word) {
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return find_code(word);
}

// Nothing has this name.
Error unknown(const std::string& word) {
  const std::string_view near = near_property(word);
  return Error(ErrorKind::kUsage,
               cat("explain: '", word, "' is no code, no property of config.json and no container",
                   near.empty() ? "; see oci-rt check --help" : cat("; did you mean ", near, "?")));
}

Result<std::string> answer_to(const lifecycle::Context& context, const std::string& word) {
  if (const auto code = code_named(word)) return page_text(page_of(*code));
  if (const Property* property = find_property(word)) return property_text(*property);
  Result<std::string> story = container_text(context, word);
  if (story || story.error().kind() != ErrorKind::kNotFound) return story;
  return unknown(word);
}

}  // namespace

Result<int> run_explain(const lifecycle::Context& context, const cli::Arguments& arguments) {
  const std::string word(arguments.operands.front());
  const std::string text = OCI_TRY(arguments.flag("container") ? container_text(context, word)
                                                               : answer_to(context, word));
  OCI_TRY(cli::print(text));
  return 0;
}

}  // namespace oci::explain
