#include "runtime/cli/options.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>

#include "spec/nearest.h"
#include "third_party/cxxopts.h"

namespace oci::cli {
namespace {

constexpr Option kHelp{.letter = 'h', .name = "help", .help = "show this help"};

template <class Visit>
void for_each_option(const Syntax& syntax, Visit visit) {
  for (const Option& option : syntax.options)
    visit(option);
  for (const Option& option : syntax.more_options)
    visit(option);
  visit(kHelp);
}

// By its name, or by its letter where `name` is one character.
const Option* find(const Syntax& syntax, std::string_view name) {
  const Option* found = nullptr;
  for_each_option(syntax, [&](const Option& option) {
    const bool by_letter = name.size() == 1 && option.letter == name.front();
    if (by_letter || option.name == name) found = &option;
  });
  return found;
}

std::string program_name(const Syntax& syntax) {
  return syntax.command.empty() ? "oci-rt" : cat("oci-rt ", syntax.command);
}

// As Go's strconv.ParseBool.
std::optional<bool> parse_flag(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

Error unknown_option(const Syntax& syntax, std::span<const Option> outer, std::string_view word,
                     std::string_view name) {
  std::vector<std::string_view> names;
  for_each_option(syntax, [&](const Option& option) { names.push_back(option.name); });
  std::string text =
      cat("unknown option '", word.substr(0, word.find('=')), "' of ", program_name(syntax));
  if (std::ranges::find(outer, name, &Option::name) != outer.end()) {
    text += "; write it before the command";
  } else if (const std::string_view near = spec::nearest(name, names); !near.empty()) {
    text += cat("; did you mean --", near, "?");
  } else {
    text += cat("; see ", program_name(syntax), " --help");
  }
  return Error(ErrorKind::kUsage, std::move(text));
}

// Reads words one by one, and writes what cxxopts is to read.
class Normaliser {
 public:
  Normaliser(const Syntax& syntax, std::span<const char* const> argv, std::span<const Option> outer)
      : syntax_(syntax), argv_(argv), outer_(outer) {}

  Status run() {
    while (next_ < argv_.size() && !help) {
      const std::string_view word = argv_[next_++];
      if (options_over_ || word.size() < 2 || word.front() != '-') {
        operands.push_back(word);
        options_over_ = options_over_ || syntax_.options_first;
      } else if (word == "--") {
        options_over_ = true;
      } else {
        OCI_TRY(option(word));
      }
    }
    return {};
  }

  std::vector<std::string> words;    // "--name=value"
  std::vector<const Option*> given;  // each once
  std::vector<std::string_view> operands;
  bool help = false;

 private:
  Status option(std::string_view word) {
    std::string_view name = word.substr(word.starts_with("--") ? 2 : 1);
    std::optional<std::string_view> value;
    if (const size_t equals = name.find('='); equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const Option* option = find(syntax_, name);
    if (option == nullptr) return unknown_option(syntax_, outer_, word, name);
    if (option->value.empty()) return flag(*option, value.value_or("true"));
    if (!value) {
      // Whatever comes next, even if it begins with '-': "--preserve-fds -1", "--resources -".
      if (next_ == argv_.size()) {
        // podman looks for "requires an argument" to learn what a runtime can do.
        return Error(ErrorKind::kUsage,
                     cat("option --", option->name, " requires an argument: ", option->value));
      }
      value = argv_[next_++];
    }
    add(*option, *value);
    return {};
  }

  Status flag(const Option& option, std::string_view text) {
    const std::optional<bool> value = parse_flag(text);
    if (!value) {
      return Error(ErrorKind::kUsage,
                   cat("option --", option.name, ": expected true or false, found '", text, "'"));
    }
    if (option.name == kHelp.name) {
      help = *value;
    } else {
      add(option, *value ? "true" : "false");
    }
    return {};
  }

  void add(const Option& option, std::string_view value) {
    words.push_back(cat("--", option.name, "=", value));
    if (std::find(given.begin(), given.end(), &option) == given.end()) given.push_back(&option);
  }

  const Syntax& syntax_;
  std::span<const char* const> argv_;
  std::span<const Option> outer_;
  size_t next_ = 0;
  bool options_over_ = false;
};

void declare(cxxopts::Options& options, const Option& option, std::string_view help) {
  const std::shared_ptr<cxxopts::Value> type =
      option.value.empty() ? std::shared_ptr<cxxopts::Value>(cxxopts::value<bool>())
                           : cxxopts::value<std::string>();
  options.add_option("", option.letter == '\0' ? "" : std::string(1, option.letter),
                     std::string(option.name), std::string(help), type, std::string(option.value));
}

// The one place that catches: cxxopts reports by exception. Only the options that were given are
// declared to it: each costs a microsecond, on every run of the program.
Status read_options(const Syntax& syntax, const Normaliser& normal, Arguments& out) {
  if (normal.words.empty()) return {};
  std::vector<const char*> argv = {"oci-rt"};
  for (const std::string& word : normal.words)
    argv.push_back(word.c_str());
  try {
    cxxopts::Options declared("oci-rt");
    for (const Option* option : normal.given)
      declare(declared, *option, "");
    const cxxopts::ParseResult parsed = declared.parse(static_cast<int>(argv.size()), argv.data());
    for (const cxxopts::KeyValue& given : parsed.arguments()) {
      out.options.emplace_back(given.key(), given.value());
    }
  } catch (const std::exception& problem) {
    return Error(ErrorKind::kUsage, cat("options of ", program_name(syntax), ": ", problem.what()));
  }
  return {};
}

Status check_operands(const Syntax& syntax, std::span<const std::string_view> operands) {
  const size_t count = operands.size();
  if (count >= syntax.min_operands && count <= syntax.max_operands) return {};
  const bool few = count < syntax.min_operands;
  const size_t bound = few ? syntax.min_operands : syntax.max_operands;
  const std::string_view how = syntax.min_operands == syntax.max_operands ? "exactly"
                               : few                                      ? "at least"
                                                                          : "at most";
  const bool has_options = !syntax.options.empty() || !syntax.more_options.empty();
  const bool late_option = !few && syntax.options_first && operands.back().starts_with('-');
  // runc's words.
  return Error(ErrorKind::kUsage,
               cat("\"", syntax.command, "\" requires ", how, " ", bound,
                   " argument(s): ", program_name(syntax), has_options ? " [OPTION...]" : "",
                   syntax.operands.empty() ? "" : " ", syntax.operands,
                   late_option ? "; options come before the id" : ""));
}

}  // namespace

std::string_view Arguments::value(std::string_view name) const {
  for (auto given = options.rbegin(); given != options.rend(); ++given) {
    if (given->first == name) return given->second;
  }
  return {};
}

Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const char* const> words,
                                  std::span<const Option> outer) {
  Normaliser normal(syntax, words, outer);
  OCI_TRY(normal.run());
  Arguments arguments;
  arguments.help = normal.help;
  if (arguments.help) return arguments;
  OCI_TRY(read_options(syntax, normal, arguments));
  OCI_TRY(check_operands(syntax, normal.operands));
  arguments.operands = std::move(normal.operands);
  return arguments;
}

std::string help_text(const Syntax& syntax) {
  cxxopts::Options declared(program_name(syntax), std::string(syntax.summary));
  declared.set_width(100);
  declared.custom_help(cat("[OPTION...]", syntax.operands.empty() ? "" : " ", syntax.operands));
  for_each_option(syntax, [&](const Option& option) {
    if (!option.help.empty()) declare(declared, option, option.help);
  });
  return declared.help();
}

Result<uint32_t> parse_number(std::string_view option, std::string_view text, uint32_t highest) {
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > highest) {
    return Error(ErrorKind::kUsage, cat("option --", option, ": expected a number from 0 to ",
                                        highest, ", found '", text, "'"));
  }
  return number;
}

}  // namespace oci::cli
