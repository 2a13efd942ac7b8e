#include "runtime/manual/completion.h"
#include "runtime/manual/verbs.h"
#include "spec/error.h"

namespace oci::manual {
namespace {

constexpr std::string_view kHead = R"(# fish completion for oci-rt. Made from its tables of options.

# The words before the cursor as: the options of --root, the verb, the number of its operands.
function __oci_rt_words
    set -l words (commandline -opc)
    set -l verb ''
    set -l place 0
    set -l pending ''
    set -g __oci_rt_root
    for word in $words[2..-1]
        if test -n "$pending"
            test "$pending" = --root; and set -g __oci_rt_root --root $word
            set pending ''
        else if string match -q -- '--root=*' $word
            set -g __oci_rt_root --root (string replace -- --root= '' $word)
        else if string match -q -- '-*' $word
            contains -- "$verb $word" $__oci_rt_values; and set pending $word
        else if test -z "$verb"
            set verb $word
        else
            set place (math $place + 1)
        end
    end
    echo $verb
    echo $place
end

# Whether the verb is $argv[1]. $argv[2], $argv[3]: the first and the last place of the operand.
function __oci_rt_at
    set -l words (__oci_rt_words)
    test "$words[1]" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; and return 0
    test $words[2] -ge $argv[2]; and test $words[2] -le $argv[3]
end

# The ids of containers with one of these statuses.
function __oci_rt_ids
    __oci_rt_words >/dev/null
    oci-rt $__oci_rt_root list --format '{{.ID}} {{.Status}}' 2>/dev/null | while read -l id state
        contains -- $state $argv; and echo $id
    end
end

complete -c oci-rt -f
)";

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// The argument of `complete -a` for words of this kind.
std::string source_of(std::string_view kind, std::string_view statuses) {
  if (kind.starts_with("words ")) return quoted(kind.substr(6));
  if (kind == "dir") return "'(__fish_complete_directories)'";
  if (kind == "file") return "'(__fish_complete_path)'";
  std::string out;
  if (kind.find("id") != kind.npos) out += cat("(__oci_rt_ids ", statuses, ")");
  if (kind.find("signal") != kind.npos) out += cat(out.empty() ? "" : " ", signal_words());
  if (kind == "cap") out = capability_words();
  return out.empty() ? "" : quoted(out);
}

void add_options(const cli::Syntax& syntax, std::string& values, std::string& rows) {
  cli::for_each_option(syntax, [&](const cli::Option& option) {
    const std::string letter(1, option.letter);
    if (!option.value.empty()) {
      values += cat(" '", syntax.command, " --", option.name, "'");
      if (option.letter != '\0') values += cat(" '", syntax.command, " -", letter, "'");
    }
    if (option.help.empty()) return;
    rows += cat("complete -c oci-rt -n '__oci_rt_at \"", syntax.command, "\"'");
    if (option.letter != '\0') rows += cat(" -s ", letter);
    rows += cat(" -l ", option.name);
    if (!option.value.empty()) {
      const std::string source = source_of(kind_of(option.value), "");
      rows += cat(" -x", source.empty() ? "" : " -a ", source);
    }
    rows += cat(" -d ", quoted(option.help), "\n");
  });
}

}  // namespace

std::string fish_completion(const cli::Syntax& global) {
  std::string values;
  std::string rows;
  add_options(global, values, rows);
  for (const Verb& verb : verbs()) {
    rows += cat("complete -c oci-rt -n '__oci_rt_at \"\"' -a ", verb.syntax->command, " -d ",
                quoted(verb.syntax->summary), "\n");
    add_options(*verb.syntax, values, rows);
    const std::vector<std::string> kinds = kinds_of_operands(*verb.syntax);
    for (size_t place = 0; place < kinds.size(); ++place) {
      const std::string source = source_of(kinds[place], verb.statuses);
      if (source.empty()) continue;
      const size_t last = place + 1 == kinds.size() ? 9999 : place;
      rows += cat("complete -c oci-rt -n '__oci_rt_at \"", verb.syntax->command, "\" ", place, " ",
                  last, "' -a ", source, "\n");
    }
  }
  return cat(kHead, "\n# Options with a value, behind their verb.\nset -g __oci_rt_values", values,
             "\n\n", rows);
}

}  // namespace oci::manual
