#include "runtime/install/command_line.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <string_view>

#include "runtime/install/engines.h"
#include "runtime/install/install.h"
#include "runtime/install/usage.h"
#include "runtime/sys/log.h"
#include "spec/nearest.h"
#include "third_party/cxxopts.h"

namespace oci::install {
namespace {

using Words = std::vector<std::string>;

struct Verb {
  std::string_view name;
  std::string_view summary;
  Result<std::string> (*run)(const Request& request);
  bool writes;  // has the options for the settings of the engine
};

constexpr Verb kVerbs[] = {
    {"install", kInstallSummary, install, true},
    {"uninstall", kUninstallSummary, uninstall, false},
};

struct Option {
  const char* name;
  const char* value;  // name of its value in the help. nullptr: a flag
  const char* help;
  const char* letter = "";
  bool writes = false;  // only of verbs that write
};

constexpr Option kOptions[] = {
    {"default", nullptr, "also make oci-rt the engine's default runtime", "", true},
    {"path", "PATH", "path of oci-rt (default: this program)", "", true},
    {"no-verify", nullptr, "do not ask the engine to check its configuration", "", true},
    {"dry-run", nullptr, "show the change and write nothing", "n"},
    {"etc", "DIR", "write below DIR instead of /etc, for packages"},
    {"help", nullptr, "show this help", "h"},
};

// Options in front of the verb, from oci-rt.
constexpr Option kFromRuntime[] = {
    {"runtime", "PATH", "path of the oci-rt that executes this program"},
    {"log", "DESTINATION", "as that of oci-rt"},
    {"log-json", nullptr, "log records as JSON"},
};

std::string engine_names(std::string_view separator) {
  std::string names;
  for (const EngineRow& row : engines())
    names += cat(names.empty() ? "" : separator, row.name);
  return names;
}

void declare(cxxopts::Options& options, const Option& option) {
  std::shared_ptr<cxxopts::Value> type = cxxopts::value<bool>();
  if (option.value != nullptr) type = cxxopts::value<std::string>();
  options.add_option("", option.letter, option.name, option.help, type,
                     option.value == nullptr ? "" : option.value);
}

cxxopts::Options options_of(const Verb& verb) {
  cxxopts::Options options(cat("oci-rt ", verb.name), std::string(verb.summary));
  options.set_width(100);
  options.custom_help(cat("[OPTION...] ", engine_names("|")));
  options.allow_unrecognised_options();  // for a better message
  for (const Option& option : kOptions)
    if (verb.writes || !option.writes) declare(options, option);
  return options;
}

Result<cxxopts::ParseResult> parse(cxxopts::Options& options, const Words& words) {
  std::vector<const char*> argv = {"oci-rt"};
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  try {
    return options.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const std::exception& problem) {
    for (const Option& option : kOptions) {
      if (option.value == nullptr || words.back() != cat("--", option.name)) continue;
      return Error(ErrorKind::kUsage,
                   cat("option --", option.name, " requires an argument: ", option.value));
    }
    return Error(ErrorKind::kUsage, problem.what());
  }
}

std::string text_of(const cxxopts::ParseResult& given, const char* name) {
  return given.count(name) == 0 ? "" : given[name].as<std::string>();
}

bool flag_of(const cxxopts::ParseResult& given, const char* name) {
  return given.count(name) != 0 && given[name].as<bool>();
}

Error unknown_option(const Verb& verb, std::string_view word) {
  std::vector<std::string_view> known;
  for (const Option& option : kOptions)
    if (verb.writes || !option.writes) known.emplace_back(option.name);
  word = word.substr(0, word.find('='));
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  const std::string_view near = spec::nearest(word.substr(dashes), known);
  return Error(ErrorKind::kUsage, cat("unknown option '", word, "' of oci-rt ", verb.name,
                                      near.empty() ? cat("; see oci-rt ", verb.name, " --help")
                                                   : cat("; did you mean --", near, "?")));
}

// `rest`: the words that are no option of the verb. `operands`: those behind "--".
Result<Engine> engine_of(const Verb& verb, Words rest, const Words& operands) {
  for (const std::string& word : rest)
    if (word.size() > 1 && word.front() == '-') return unknown_option(verb, word);
  rest.insert(rest.end(), operands.begin(), operands.end());
  if (rest.size() != 1) {
    return Error(ErrorKind::kUsage,
                 cat("\"", verb.name, "\" requires exactly 1 argument(s): oci-rt ", verb.name,
                     " [OPTION...] ", engine_names("|")));
  }
  for (const EngineRow& row : engines())
    if (row.name == rest.front()) return row.engine;
  if (rest.front() == "nerdctl") {  // nerdctl.toml has no key for it
    return Error(ErrorKind::kUsage,
                 "ENGINE: nerdctl has no setting for its runtime (nerdctl); use `nerdctl run "
                 "--runtime PATH`");
  }
  return Error(ErrorKind::kUsage,
               cat("ENGINE: expected one of ", engine_names(", "), ", found '", rest.front(), "'"));
}

Result<std::string> run(const Verb& verb, Words words, std::string runtime) {
  const auto end = std::ranges::find(words, "--");
  const Words operands(end == words.end() ? end : end + 1, words.end());
  words.erase(end, words.end());
  // As the other verbs of oci-rt: one dash before a long name counts as two.
  for (std::string& word : words)
    if (word.size() > 2 && word[0] == '-' && word[1] != '-') word.insert(0, 1, '-');
  cxxopts::Options options = options_of(verb);
  const cxxopts::ParseResult given = OCI_TRY(parse(options, words));
  if (flag_of(given, "help")) return options.help();
  Request request{.engine = OCI_TRY(engine_of(verb, given.unmatched(), operands)),
                  .path = verb.writes ? text_of(given, "path") : "",
                  .runtime = std::move(runtime),
                  .etc = text_of(given, "etc"),
                  .make_default = verb.writes && flag_of(given, "default"),
                  .dry_run = flag_of(given, "dry-run"),
                  .ask_engine = !verb.writes || !flag_of(given, "no-verify")};
  while (request.etc.size() > 1 && request.etc.back() == '/')
    request.etc.pop_back();
  return verb.run(request);
}

}  // namespace

Result<std::string> execute(const Words& words) {
  const auto name =
      std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with('-'); });
  cxxopts::Options options{std::string(kProgram)};
  for (const Option& option : kFromRuntime)
    declare(options, option);
  const cxxopts::ParseResult given = OCI_TRY(parse(options, Words(words.begin(), name)));
  OCI_TRY(sys::open_log(
      {.destination = text_of(given, "log"),
       .format = flag_of(given, "log-json") ? sys::LogFormat::kJson : sys::LogFormat::kText}));
  for (const Verb& verb : kVerbs)
    if (name != words.end() && verb.name == *name)
      return run(verb, Words(name + 1, words.end()), text_of(given, "runtime"));
  return Error(ErrorKind::kUsage, cat(kProgram, ": executed by oci-rt; see oci-rt install --help"));
}

}  // namespace oci::install
