#include "conformance/harness/options.h"

#include <getopt.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "conformance/harness/report.h"

namespace oci::conformance {
namespace {

constexpr char kUsage[] =
    R"(oci-conformance --runtime [NAME=]BIN [--runtime …]  judge runtimes with the runc command line
oci-conformance diff --help                         where two runtimes differ

  --runtime '[NAME=]BIN [OPTION…]'  the binary, and global options to give it always
  --view unified|hybrid|legacy|as-is  the cgroup layout it sees (unified)
  --filter GLOB        only the cases whose names match; may be repeated
  --jobs N             cases at a time (2)
  --retry              asks up to three times more, alone, the cases that went otherwise: a busy machine
                       makes some runtimes lose races that they win by themselves
  --format table|tap|junit|markdown  how to print (table); markdown is a summary by chapter
  --known DIR|none     where expected deviations are, NAME.txt for each runtime
  --json-paths         refusals must name the property as "linux.namespaces[0].type"
  --busybox FILE       a static busybox (the one in PATH)
  --work DIR           where bundles are made (/var/tmp)
  --keep               leave the directories of failed cases
  --list               print the cases and the clauses they prove
  --coverage           print the rules of the specification and the cases that prove them
)";

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "oci-conformance: %s\n", why.c_str());
  std::exit(2);
}

void set_format(Options& options, const std::string& value) {
  if (!find_printer(value)) stop("no such format: " + value);
  options.format = value;
}

void set_jobs(Options& options, const std::string& value) {
  options.jobs = std::atoi(value.c_str());
  if (options.jobs < 1) stop("--jobs wants a number from 1 on, not '" + value + "'");
}

struct Word {
  const char* name;
  int argument;
  void (*set)(Options&, const std::string&);
};

constexpr Word kWords[] = {
    {"runtime", required_argument,
     [](Options& o, const std::string& value) { o.runtimes.push_back(value); }},
    {"view", required_argument, [](Options& o, const std::string& value) { o.view = value; }},
    {"filter", required_argument,
     [](Options& o, const std::string& value) { o.filters.push_back(value); }},
    {"jobs", required_argument, set_jobs},
    {"format", required_argument, set_format},
    {"known", required_argument,
     [](Options& o, const std::string& value) { o.known = value == "none" ? "" : value; }},
    {"json-paths", no_argument, [](Options& o, const std::string&) { o.json_paths = true; }},
    {"busybox", required_argument, [](Options& o, const std::string& value) { o.busybox = value; }},
    {"work", required_argument, [](Options& o, const std::string& value) { o.work = value; }},
    {"retry", no_argument, [](Options& o, const std::string&) { o.retry = true; }},
    {"keep", no_argument, [](Options& o, const std::string&) { o.keep = true; }},
    {"list", no_argument, [](Options& o, const std::string&) { o.list = true; }},
    {"coverage", no_argument, [](Options& o, const std::string&) { o.coverage = true; }},
    {"help", no_argument,
     [](Options&, const std::string&) {
       std::fputs(kUsage, stdout);
       std::exit(0);
     }},
};

}  // namespace

Options parse_options(int argc, char** argv, const std::string& known) {
  Options options;
  options.known = known;
  std::vector<option> table;
  for (const Word& word : kWords)
    table.push_back({word.name, word.argument, nullptr, 0});
  table.push_back({nullptr, 0, nullptr, 0});
  int index = 0;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", table.data(), &index)) != -1;) {
    if (letter != 0) {
      std::fputs(kUsage, stderr);
      std::exit(2);
    }
    kWords[index].set(options, optarg ? optarg : "");
  }
  const bool prints_only = options.list || options.coverage;
  if (optind != argc || (options.runtimes.empty() && !prints_only)) {
    std::fputs(kUsage, stderr);
    std::exit(2);
  }
  return options;
}

}  // namespace oci::conformance
