#include "conformance/harness/options.h"

#include "conformance/harness/report.h"

namespace oci::conformance {
namespace {

constexpr char kProgram[] = "oci-conformance";

}  // namespace

CommandLine command_line(Options& o) {
  using Text = const std::string&;
  return {
      .program = kProgram,
      .summary = "Tests container runtimes through their command line.",
      .usage =
          "--runtime [NAME=]BIN [OPTION...]\n"
          "  oci-conformance diff --help    (compares two runtimes)",
      .words = {
          {"runtime", "[NAME=]BIN",
           "a runtime with runc's command line, and its global options behind BIN (repeatable)",
           [&](Text value) { o.runtimes.push_back(value); }},
          {"view", "LAYOUT",
           "cgroup layout of the machine as the runtime sees it: unified (default), hybrid, "
           "legacy, as-is",
           [&](Text value) { o.view = value; }},
          {"filter", "GLOB", "run only the cases that match (repeatable)",
           [&](Text value) { o.filters.push_back(value); }},
          {"jobs", "N", "number of parallel cases (default: 2)",
           [&](Text value) { o.jobs = count_of(kProgram, "jobs", value); }},
          {"retry", nullptr,
           "repeat cases with an unexpected result, alone, up to three times: on a busy machine "
           "some runtimes lose races that they otherwise win",
           [&](Text) { o.retry = true; }},
          {"format", "FORMAT", "table (default), tap, junit, or markdown, a summary by chapter",
           [&](Text value) { o.format = value; }},
          {"known", "DIR|none", "directory of the expected deviations, NAME.txt for each runtime",
           [&](Text value) { o.known = value == "none" ? "" : value; }},
          {"json-paths", nullptr, "refusals must name the property as \"linux.namespaces[0].type\"",
           [&](Text) { o.json_paths = true; }},
          {"busybox", "FILE", "a static busybox (default: the one in PATH)",
           [&](Text value) { o.busybox = value; }},
          {"work", "DIR", "directory of the bundles (default: /var/tmp)",
           [&](Text value) { o.work = value; }},
          {"keep", nullptr, "keep the directories of failed cases", [&](Text) { o.keep = true; }},
          {"list", nullptr, "print the cases and the clauses that they prove",
           [&](Text) { o.list = true; }},
          {"coverage", nullptr,
           "print the rules of the specification and the cases that prove them",
           [&](Text) { o.coverage = true; }},
      }};
}

Options parse_options(int argc, char** argv, const std::string& known) {
  Options options;
  options.known = known;
  const std::vector<std::string> operands = read_command_line(command_line(options), argc, argv);
  if (!operands.empty()) stop_usage(kProgram, "an operand without an option: " + operands.front());
  if (!find_printer(options.format)) stop_usage(kProgram, "no such format: " + options.format);
  if (options.runtimes.empty() && !options.list && !options.coverage)
    stop_usage(kProgram, "--runtime [NAME=]BIN is missing");
  return options;
}

}  // namespace oci::conformance
