#include "runtime/manual/completion.h"
#include "runtime/manual/verbs.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

constexpr std::string_view kIds = R"(
# The ids of containers with one of these statuses.
_oci_rt_ids() {
  local id state
  local -a ids root
  [[ -n $oci_rt_root ]] && root=(--root $oci_rt_root)
  oci-rt $root list --format '{{.ID}} {{.Status}}' 2>/dev/null | while read -r id state; do
    (( $@[(Ie)$state] )) && ids+=($id)
  done
  compadd -a ids
}

)";

// For a word in single quotes. Colons and brackets mean something to _arguments.
std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == ':' || c == '[' || c == ']' || c == '\\') {
      out += cat("\\", std::string(1, c));
    } else {
      out += c;
    }
  }
  return out;
}

// The action of _arguments for words of this kind.
std::string action_of(std::string_view kind, std::string_view statuses) {
  if (kind.starts_with("words ")) return cat("(", kind.substr(6), ")");
  if (kind == "dir") return "_files -/";
  if (kind == "file") return "_files";
  if (kind == "id") return cat("_oci_rt_ids ", statuses);
  if (kind == "signal") return cat("(", signal_words(), ")");
  if (kind == "cap") return cat("(", capability_words(), ")");
  if (kind == "id signal") {
    return cat("{_oci_rt_ids ", statuses, "; compadd ", signal_words(), "}");
  }
  return " ";
}

std::string option_specs(const cli::Syntax& syntax) {
  std::string out;
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    if (option.help.empty()) return;
    std::string rest = cat("[", quoted(option.help), "]");
    if (!option.value.empty()) {
      rest += cat(":", quoted(option.value), ":", action_of(kind_of(option.value), ""));
    }
    const std::string repeat = option.help.ends_with("(repeatable)") ? "*" : "";
    const std::string sign = option.value.empty() ? "" : "=";
    if (option.letter != '\0') {
      out += cat("    '", repeat, "-", std::string(1, option.letter),
                 option.value.empty() ? "" : "+", rest, "' \\\n");
    }
    out += cat("    '", repeat, "--", option.name, sign, rest, "' \\\n");
  });
  return out;
}

std::string verb_case(const Verb& verb) {
  const cli::Syntax& syntax = *verb.syntax;
  std::string out = cat("  ", syntax.command, ") _arguments ",
                        syntax.options_first ? "-A '-*' " : "", "-s -S \\\n", option_specs(syntax));
  const std::vector<std::string> kinds = kinds_of_operands(syntax);
  for (size_t place = 0; place < kinds.size(); ++place) {
    const std::string position = place + 1 == kinds.size() ? "*" : cat(place + 1);
    out += cat("    '", position, ":operand:", action_of(kinds[place], verb.statuses), "'",
               place + 1 == kinds.size() ? " ;;\n" : " \\\n");
  }
  return out;
}

}  // namespace

std::string zsh_completion(const cli::Syntax& global) {
  std::string out =
      cat("#compdef oci-rt\n# zsh completion for oci-rt. Made from its tables of options.\n", kIds);
  out += "local context state state_descr line oci_rt_root\ntypeset -A opt_args\nlocal -a verbs\n";
  out += "verbs=(\n";
  for (const Verb& verb : verbs()) {
    out += cat("  '", verb.syntax->command, ":", quoted(verb.syntax->summary), "'\n");
  }
  out += ")\n_arguments -C -S -A '-*' \\\n";
  out += option_specs(global);
  out += "    '1:command:->verb' '*::operand:->operand' && return\n";
  out += "oci_rt_root=${(Q)opt_args[--root]}\n";
  out += "case $state in\nverb) _describe command verbs ;;\noperand) case $words[1] in\n";
  for (const Verb& verb : verbs())
    out += verb_case(verb);
  return out + "  esac ;;\nesac\n";
}

}  // namespace oci::manual
