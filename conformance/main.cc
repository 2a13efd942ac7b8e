// oci-conformance: judges container runtimes by their command line only.
#include <getopt.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "conformance/harness/coverage.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/report.h"
#include "conformance/harness/runner.h"
#include "conformance/harness/view.h"

namespace oci::conformance {
namespace {

constexpr char kUsage[] =
    R"(oci-conformance --runtime [NAME=]BIN [--runtime …]  judge runtimes with the runc command line

  --runtime '[NAME=]BIN [OPTION…]'  the binary, and global options to give it always
  --view unified|hybrid|legacy|as-is  the cgroup layout it sees (unified)
  --filter GLOB        only the cases whose names match; may be repeated
  --jobs N             cases at a time (2)
  --format tap|table   how to print (table)
  --known DIR|none     where expected deviations are, NAME.txt for each runtime
  --json-paths         refusals must name the property as "linux.namespaces[0].type"
  --busybox FILE       a static busybox (the one in PATH)
  --work DIR           where bundles are made (/var/tmp)
  --keep               leave the directories of failed cases
  --list               print the cases and the clauses they prove
  --coverage           print the rules of the specification and the cases that prove them
)";

struct Options {
  std::vector<std::string> runtimes, filters;
  std::string view = "unified", format = "table", known = OCI_CONFORMANCE_KNOWN;
  std::string busybox, work = "/var/tmp";
  int jobs = 2;
  bool json_paths = false, keep = false, list = false, coverage = false;
};

enum Letter {
  kRuntime = 1,
  kView,
  kFilter,
  kJobs,
  kFormat,
  kKnown,
  kPaths,
  kBusybox,
  kWork,
  kKeep,
  kList,
  kCoverage,
  kHelp
};

constexpr option kOptions[] = {{"runtime", required_argument, nullptr, kRuntime},
                               {"view", required_argument, nullptr, kView},
                               {"filter", required_argument, nullptr, kFilter},
                               {"jobs", required_argument, nullptr, kJobs},
                               {"format", required_argument, nullptr, kFormat},
                               {"known", required_argument, nullptr, kKnown},
                               {"json-paths", no_argument, nullptr, kPaths},
                               {"busybox", required_argument, nullptr, kBusybox},
                               {"work", required_argument, nullptr, kWork},
                               {"keep", no_argument, nullptr, kKeep},
                               {"list", no_argument, nullptr, kList},
                               {"coverage", no_argument, nullptr, kCoverage},
                               {"help", no_argument, nullptr, kHelp},
                               {nullptr, 0, nullptr, 0}};

Options parse_options(int argc, char** argv) {
  Options options;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    const std::string value = optarg ? optarg : "";
    switch (letter) {
      case kRuntime:
        options.runtimes.push_back(value);
        break;
      case kView:
        options.view = value;
        break;
      case kFilter:
        options.filters.push_back(value);
        break;
      case kJobs:
        options.jobs = std::max(1, std::atoi(value.c_str()));
        break;
      case kFormat:
        options.format = value;
        break;
      case kKnown:
        options.known = value == "none" ? "" : value;
        break;
      case kPaths:
        options.json_paths = true;
        break;
      case kBusybox:
        options.busybox = value;
        break;
      case kWork:
        options.work = value;
        break;
      case kKeep:
        options.keep = true;
        break;
      case kList:
        options.list = true;
        break;
      case kCoverage:
        options.coverage = true;
        break;
      case kHelp:
        std::fputs(kUsage, stdout);
        std::exit(0);
      default:
        std::fputs(kUsage, stderr);
        std::exit(2);
    }
  }
  if (optind != argc || (options.runtimes.empty() && !options.list && !options.coverage)) {
    std::fputs(kUsage, stderr);
    std::exit(2);
  }
  if (options.format != "tap" && options.format != "table") {
    throw std::runtime_error("no such format: " + options.format);
  }
  return options;
}

// "NAME=BIN OPTION…"; without a name it is the binary's.
Runtime parse_runtime(const std::string& text, const Options& options) {
  Runtime runtime;
  runtime.words = split(text, ' ');
  std::string binary = runtime.words.empty() ? "" : runtime.words.front();
  if (!runtime.words.empty()) runtime.words.erase(runtime.words.begin());
  const size_t equals = binary.find('=');
  if (equals != binary.npos) {
    runtime.name = binary.substr(0, equals);
    binary = binary.substr(equals + 1);
  }
  runtime.path = binary.find('/') == binary.npos ? find_program(binary) : binary;
  char* real = ::realpath(runtime.path.c_str(), nullptr);
  if (!real) throw std::runtime_error("no such runtime: " + binary);
  runtime.path = real;
  ::free(real);
  if (runtime.name.empty()) runtime.name = runtime.path.substr(runtime.path.rfind('/') + 1);
  runtime.json_paths = options.json_paths;
  const Outcome outcome = run_command({.argv = {runtime.path, "--version"}}, options.work);
  const std::vector<std::string> said = lines(outcome.out);
  runtime.version = said.empty() ? "(no version)" : said.front();
  return runtime;
}

std::vector<const Case*> chosen(const std::vector<std::string>& filters) {
  std::vector<const Case*> cases;
  for (const Case* test : all_cases()) {
    bool wanted = filters.empty();
    for (const std::string& filter : filters)
      wanted = wanted || matches(filter, test->name);
    if (wanted) cases.push_back(test);
  }
  if (cases.empty()) throw std::runtime_error("no case has such a name");
  return cases;
}

std::string missing_capabilities() {
  for (const std::string& line : lines(read_file("/proc/self/status"))) {
    if (line.starts_with("CapEff:")) return trimmed(line.substr(7));
  }
  return "?";
}

void print_machine(const Options& options, const std::vector<Runtime>& runtimes) {
  utsname kernel = {};
  ::uname(&kernel);
  std::printf("# kernel %s %s, uid %u, capabilities %s\n", kernel.release, kernel.machine,
              ::getuid(), missing_capabilities().c_str());
  std::printf("# cgroups: view %s: %s\n", options.view.c_str(), describe_cgroups().c_str());
  std::printf("# security modules: %s\n", trimmed(read_file("/sys/kernel/security/lsm")).c_str());
  for (const Runtime& runtime : runtimes) {
    std::printf("# %s: %s (%s)\n", runtime.name.c_str(), runtime.version.c_str(),
                runtime.path.c_str());
  }
}

// Made once, and linked into every root filesystem.
Template make_template(const Options& options, const std::string& work) {
  std::string busybox = options.busybox.empty() ? find_program("busybox") : options.busybox;
  if (busybox.empty())
    throw std::runtime_error("busybox is missing: apt-get install busybox-static");
  char* self = ::realpath("/proc/self/exe", nullptr);
  if (!self) throw std::runtime_error("cannot tell where this program is: is /proc mounted?");
  const std::string directory = std::string(self).substr(0, std::string(self).rfind('/'));
  ::free(self);
  Template parts{.busybox = work + "/busybox", .probe = work + "/probe"};
  copy_file(busybox, parts.busybox);
  copy_file(directory + "/oci-probe", parts.probe);
  return parts;
}

std::string make_work(const std::string& parent) {
  std::string pattern = parent + "/oci-conformance.XXXXXX";
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  ::chmod(pattern.c_str(), 0755);  // a mapped root must be able to reach its bundle
  return pattern;
}

bool cover_all() {
  std::vector<std::string> names;
  for (const Case* test : all_cases())
    names.push_back(test->name);
  return print_coverage(read_rules(OCI_CONFORMANCE_COVERAGE), names);
}

int judge_all(const Options& options) {
  if (options.coverage) return cover_all() ? 0 : 1;
  const std::vector<const Case*> cases = chosen(options.filters);
  if (options.list) {
    for (const Case* test : cases) {
      std::printf("%-50s %s\n", test->name.c_str(), test->clause.c_str());
    }
    return 0;
  }
  const std::string work = make_work(options.work);
  std::vector<Runtime> runtimes;
  for (const std::string& text : options.runtimes) {
    Options scratch = options;
    scratch.work = work;
    runtimes.push_back(parse_runtime(text, scratch));
  }
  // Before the view: below a chroot the way to this program ends where its mounts are copied.
  const Run run{.work = work,
                .parts = make_template(options, work),
                .jobs = options.jobs,
                .keep = options.keep};
  enter_view(options.view);
  print_machine(options, runtimes);
  std::vector<Column> columns;
  for (const Runtime& runtime : runtimes) {
    const Known known = options.known.empty()
                            ? Known()
                            : Known::parse(read_file(options.known + "/" + runtime.name + ".txt"));
    Column column{.runtime = runtime.name, .results = {}};
    const std::vector<Result> results = run_cases(run, runtime, cases);
    for (size_t row = 0; row < cases.size(); ++row) {
      column.results.push_back(judge(results[row], cases[row]->name, known));
    }
    columns.push_back(std::move(column));
  }
  if (!options.keep) remove_tree(work);
  (options.format == "tap" ? print_tap : print_table)(cases, columns);
  const Totals totals = total(columns);
  if (totals.known > 0) {
    std::printf("# %d known deviations are counted as skipped\n", totals.known);
  }
  std::printf("%d passed, %d failed, %d skipped\n", totals.passed, totals.failed,
              totals.skipped + totals.known);
  return totals.failed != 0;
}

}  // namespace
}  // namespace oci::conformance

int main(int argc, char** argv) {
  try {
    return oci::conformance::judge_all(oci::conformance::parse_options(argc, argv));
  } catch (const std::exception& why) {
    std::fprintf(stderr, "oci-conformance: %s\n", why.what());
    return 2;
  }
}
