#include "runtime/manual/completion.h"
#include "runtime/manual/verbs.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

constexpr std::string_view kHead =
    R"sh(# bash completion for oci-rt. Made from its tables of options.

# The ids of containers with one of the statuses $1.
_oci_rt_ids() {
  local id status
  oci-rt "${globals[@]}" list --format '{{.ID}} {{.Status}}' 2>/dev/null | while read -r id status; do
    [[ " $1 " == *" $status "* ]] && printf '%s\n' "$id"
  done
}

_oci_rt() {
  local cur=${COMP_WORDS[COMP_CWORD]} verb='' kind='' word='' place=0 over='' pending='' options places statuses i
  local -a globals=()
  COMPREPLY=()
  [[ $cur == = ]] && cur=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [[ $word == = ]] && continue
    if [[ -n $pending ]]; then
      [[ $pending == --root ]] && globals=(--root "$word")
      pending=''
    elif [[ $word == -* && -z $over ]]; then
      _oci_rt_kind "$verb" "$word"
      [[ -n $kind ]] && pending=$word
    elif [[ -z $verb ]]; then
      verb=$word
    else
      place=$((place + 1))
      _oci_rt_verb "$verb"
    fi
  done
  _oci_rt_verb "$verb"
  if [[ -n $pending ]]; then
    _oci_rt_kind "$verb" "$pending"
  elif [[ $cur == -* && -z $over ]]; then
    kind="words $options"
  elif ((place < ${#places[@]})); then
    kind=${places[place]}
  else
    kind=${places[-1]}
  fi
  case $kind in
    dir) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    words\ *) mapfile -t COMPREPLY < <(compgen -W "${kind#words }" -- "$cur") ;;
    *)
      local all=''
      [[ " $kind " == *' id '* ]] && all+=" $(_oci_rt_ids "$statuses")"
      [[ " $kind " == *' signal '* ]] && all+=' @SIGNALS@'
      [[ " $kind " == *' cap '* ]] && all+=' @CAPS@'
      mapfile -t COMPREPLY < <(compgen -W "$all" -- "$cur") ;;
  esac
}
)sh";

void replace(std::string& text, std::string_view what, std::string_view by) {
  text.replace(text.find(what), what.size(), by);
}

// The options of the program, and of each verb.
std::string table_row(const cli::Syntax& syntax, std::string_view places,
                      std::string_view statuses) {
  std::string words;
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    if (option.help.empty()) return;
    words += cat(words.empty() ? "" : " ", "--", option.name);
    if (option.letter != '\0') words += cat(" -", std::string(1, option.letter));
  });
  return cat("    '", syntax.command, "') options='", words, "' places=(", places, ") statuses='",
             statuses, "'",
             syntax.options_first && !syntax.command.empty() ? " ; ((place > 0)) && over=1" : "",
             " ;;\n");
}

std::string value_rows(const cli::Syntax& syntax) {
  std::string rows;
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    if (option.value.empty()) return;
    rows += cat("    '", syntax.command, " --", option.name, "'");
    if (option.letter != '\0') {
      rows += cat(" | '", syntax.command, " -", std::string(1, option.letter), "'");
    }
    rows += cat(") kind='", kind_of(option.value), "' ;;\n");
  });
  return rows;
}

}  // namespace

std::string bash_completion(const cli::Syntax& global) {
  std::string out(kHead);
  replace(out, "@SIGNALS@", signal_words());
  replace(out, "@CAPS@", capability_words());
  std::string names;
  std::string rows;
  std::string values = value_rows(global);
  for (const Verb& verb : verbs()) {
    names += cat(" ", verb.syntax->command);
    std::string places;
    for (const std::string& kind : kinds_of_operands(*verb.syntax))
      places += cat(places.empty() ? "" : " ", "'", kind, "'");
    rows += table_row(*verb.syntax, places, verb.statuses);
    values += value_rows(*verb.syntax);
  }
  out +=
      "\n# Of the verb $1: its options, the kinds of its operands, the statuses of its "
      "containers.\n";
  out += "_oci_rt_verb() {\n  case $1 in\n";
  out += table_row(global, cat("'words", names, "'"), "");
  out += rows;
  out += "    *) options='' places=(none) statuses='' ;;\n  esac\n}\n";
  out += "\n# The kind of the value of the option $2 of the verb $1. Empty: a flag.\n";
  out += "_oci_rt_kind() {\n  kind=''\n  case \"$1 $2\" in\n";
  out += values;
  return out + "  esac\n}\n\ncomplete -F _oci_rt oci-rt\n";
}

}  // namespace oci::manual
