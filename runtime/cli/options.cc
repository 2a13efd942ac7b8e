#include "runtime/cli/options.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "spec/nearest.h"

namespace oci::cli {
namespace {

// Finds an option by its name, or by its letter if `name` is one character.
const Option* find(const Syntax& syntax, std::string_view name) {
  const Option* found = nullptr;
  for_each_option(syntax, [&](const Option& option) {
    const bool by_letter = name.size() == 1 && option.letter == name.front();
    if (by_letter || option.name == name) found = &option;
  });
  return found;
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

// Reads the words one by one.
class Reader {
 public:
  Reader(const Syntax& syntax, std::span<const char* const> argv, std::span<const Option> outer)
      : syntax_(syntax), argv_(argv), outer_(outer) {}

  Status run() {
    while (next_ < argv_.size() && !read.help) {
      const std::string_view word = argv_[next_++];
      if (options_over_ || word.size() < 2 || word.front() != '-') {
        read.operands.push_back(word);
        options_over_ = options_over_ || syntax_.options_first;
      } else if (word == "--") {
        options_over_ = true;
      } else {
        OCI_TRY(option(word));
      }
    }
    return {};
  }

  Arguments read;

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
      // Takes the next word even if it begins with '-': "--preserve-fds -1", "--resources -".
      if (next_ == argv_.size()) {
        // podman searches for "requires an argument" to detect features of a runtime.
        return Error(ErrorKind::kUsage,
                     cat("option --", option->name, " requires an argument: ", option->value));
      }
      value = argv_[next_++];
    }
    read.options.emplace_back(option->name, *value);
    return {};
  }

  Status flag(const Option& option, std::string_view text) {
    const std::optional<bool> value = parse_flag(text);
    if (!value) {
      return Error(ErrorKind::kUsage,
                   cat("option --", option.name, ": expected true or false, found '", text, "'"));
    }
    if (option.name == kHelp.name) {
      read.help = *value;
    } else {
      read.options.emplace_back(option.name, *value ? "true" : "false");
    }
    return {};
  }

  const Syntax& syntax_;
  std::span<const char* const> argv_;
  std::span<const Option> outer_;
  size_t next_ = 0;
  bool options_over_ = false;
};

}  // namespace

std::string_view Arguments::value(std::string_view name) const {
  for (auto given = options.rbegin(); given != options.rend(); ++given) {
    if (given->first == name) return given->second;
  }
  return {};
}

std::vector<std::string> all_values(const Arguments& arguments, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [option, value] : arguments.options) {
    if (option == name) values.emplace_back(value);
  }
  return values;
}

Status require_operands(const Syntax& syntax, std::span<const std::string_view> operands,
                        size_t least, size_t most) {
  const size_t count = operands.size();
  if (count >= least && count <= most) return {};
  const bool few = count < least;
  const size_t bound = few ? least : most;
  const std::string_view how = least == most ? "exactly" : few ? "at least" : "at most";
  const bool has_options = !syntax.options.empty() || !syntax.more_options.empty();
  const bool late_option = !few && syntax.options_first && operands.back().starts_with('-');
  // The message of runc.
  return Error(ErrorKind::kUsage,
               cat("\"", syntax.command, "\" requires ", how, " ", bound,
                   " argument(s): ", program_name(syntax), has_options ? " [OPTION...]" : "",
                   syntax.operands.empty() ? "" : " ", syntax.operands,
                   late_option ? "; options come before the id" : ""));
}

Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const char* const> words,
                                  std::span<const Option> outer) {
  Reader reader(syntax, words, outer);
  OCI_TRY(reader.run());
  if (!reader.read.help) {
    OCI_TRY(
        require_operands(syntax, reader.read.operands, syntax.min_operands, syntax.max_operands));
  }
  return std::move(reader.read);
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
