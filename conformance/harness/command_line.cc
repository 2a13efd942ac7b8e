#include "conformance/harness/command_line.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "third_party/cxxopts.h"

namespace oci::conformance {
namespace {

cxxopts::Options declared(const CommandLine& line) {
  cxxopts::Options options(line.program, line.summary);
  options.custom_help(line.usage);
  options.set_width(100);
  for (const Word& word : line.words) {
    std::shared_ptr<cxxopts::Value> type = cxxopts::value<std::string>();
    if (word.value == nullptr) type = cxxopts::value<bool>();
    options.add_option("", "", word.name, word.help, type, word.value == nullptr ? "" : word.value);
  }
  options.add_options()("help", "show this help");
  return options;
}

}  // namespace

void stop_usage(const char* program, const std::string& problem) {
  std::fprintf(stderr, "%s: %s; see %s --help\n", program, problem.c_str(), program);
  std::exit(2);
}

int count_of(const char* program, const char* option, const std::string& text) {
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1)
    stop_usage(program,
               std::string("--") + option + " wants a number from 1 on, not '" + text + "'");
  return count;
}

std::vector<std::string> read_command_line(const CommandLine& line, int argc, char** argv) {
  cxxopts::Options options = declared(line);
  try {
    const cxxopts::ParseResult parsed = options.parse(argc, argv);
    if (parsed.count("help") > 0) {
      std::fputs(options.help().c_str(), stdout);
      std::exit(0);
    }
    for (const cxxopts::KeyValue& given : parsed.arguments())
      std::ranges::find(line.words, given.key(), &Word::name)->set(given.value());
    return parsed.unmatched();
  } catch (const std::exception& problem) {
    stop_usage(line.program, problem.what());
  }
}

}  // namespace oci::conformance
