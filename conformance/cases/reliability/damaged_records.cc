// Records damaged on the host: every verb answers, and no live container is given up. The file
// names are those of oci-rt; other runtimes have records of their own.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

namespace fs = std::filesystem;

constexpr char kClause[] = "reliability 1 (R4)";

struct Damaged {
  std::string directory, record, config;
};

Damaged paths(const Sandbox& sandbox) {
  const std::string directory = sandbox.state_root() + "/" + sandbox.id();
  for (const char* name : {"record.json", "state.json", "status"}) {
    if (exists(directory + "/" + name)) {
      return {directory, directory + "/" + name, directory + "/config.json"};
    }
  }
  throw Skipped("no record that this case knows");
}

// Replaces the value of `member` by the JSON text `with`.
void edit(const std::string& file, const std::string& member, const std::string& with) {
  json::Document record = parse_json(file, read_file(file));
  json::Document value;
  value.Parse(with.c_str());
  place(record, "/" + member).CopyFrom(value, record.GetAllocator());
  write_file(file, to_text(record));
}

void replace(const std::string& path) {
  fs::remove_all(path);
}

const struct Damage {
  const char* name;
  void (*inflict)(const Damaged&);
} kDamages[] = {
    {"an-empty-record", [](const Damaged& at) { write_file(at.record, ""); }},
    {"half-a-record",
     [](const Damaged& at) { fs::resize_file(at.record, fs::file_size(at.record) / 2); }},
    {"no-record", [](const Damaged& at) { replace(at.record); }},
    {"neither-record-nor-config",
     [](const Damaged& at) { replace(at.record), replace(at.config); }},
    {"a-record-of-noise", [](const Damaged& at) { write_file(at.record, "\1\2\xff{"); }},
    {"a-fifo-for-a-record",
     [](const Damaged& at) {
       replace(at.record);
       ::mkfifo(at.record.c_str(), 0600);
     }},
    {"a-directory-for-a-record",
     [](const Damaged& at) {
       replace(at.record);
       ::mkdir(at.record.c_str(), 0700);
     }},
    {"a-link-for-a-record",
     [](const Damaged& at) {
       fs::rename(at.record, at.record + ".aside");
       fs::create_symlink(at.record + ".aside", at.record);
     }},
    {"a-link-to-nothing-for-a-record",
     [](const Damaged& at) {
       replace(at.record);
       fs::create_symlink("/nothing/is/here", at.record);
     }},
    {"a-huge-record", [](const Damaged& at) { fs::resize_file(at.record, uintmax_t{1} << 40); }},
    {"a-record-of-another-container", [](const Damaged& at) { edit(at.record, "id", "\"b\""); }},
    {"a-record-without-an-id", [](const Damaged& at) { edit(at.record, "id", "7"); }},
    {"a-pid-of-the-wrong-type", [](const Damaged& at) { edit(at.record, "pid", "\"x\""); }},
    {"a-pid-of-nobody", [](const Damaged& at) { edit(at.record, "pid", "0"); }},
    {"another-boot",
     [](const Damaged& at) {
       edit(at.record, "bootId", "\"00000000-0000-4000-8000-000000000000\"");
     }},
    {"the-root-for-a-cgroup", [](const Damaged& at) { edit(at.record, "cgroupPath", "\"/\""); }},
    {"no-cgroup", [](const Damaged& at) { edit(at.record, "cgroupPath", "\"/no-such\""); }},
    {"a-cgroup-of-the-wrong-type", [](const Damaged& at) { edit(at.record, "cgroupPath", "[]"); }},
    {"a-fifo-for-the-config",
     [](const Damaged& at) {
       replace(at.config);
       ::mkfifo(at.config.c_str(), 0600);
     }},
};

// Within the harness's timeout, and without a crash.
Outcome answers(Sandbox& sandbox, const Words& words) {
  const Outcome outcome = sandbox.call(words);
  const bool crashed =
      outcome.exit_code >= 128 && outcome.exit_code < 255;  // 255 is a failure of exec
  expect(!crashed, words[0] + " crashes: " + outcome.err);
  if (outcome.exit_code != 0) {
    expect_equal(words[0] + ": lines of its message", lines(outcome.err).size(), 1U);
  }
  return outcome;
}

void damaged(Sandbox& sandbox, const Damage& damage, bool started) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create(bundle);
  if (started) sandbox.start();
  const pid_t init = sandbox.init_pid();
  damage.inflict(paths(sandbox));

  expect_equal("list exits with", answers(sandbox, {"list"}).exit_code, 0);
  for (const Words& words :
       {Words{"state", sandbox.id()}, Words{"ps", "-f", "json", sandbox.id()},
        Words{"exec", sandbox.id(), "/bin/busybox", "true"}, Words{"kill", sandbox.id(), "0"}})
    (void)answers(sandbox, words);
  bundle.write();
  expect(answers(sandbox, {"create", "--bundle", bundle.directory(), sandbox.id()}).exit_code != 0,
         "create takes the place of a container that lives");
  (void)answers(sandbox, {"delete", sandbox.id()});
  if (started) expect(::kill(init, 0) == 0, "delete without --force ends it");

  const Outcome deleted = answers(sandbox, {"delete", "--force", sandbox.id()});
  expect_equal("delete --force (" + trimmed(deleted.err) + ") exits with", deleted.exit_code, 0);
  expect(wait_child(init, 5000).has_value(), "delete --force exits 0, and its init lives");
  expect(!exists(sandbox.state_root() + "/" + sandbox.id()), "the record is left");
  sandbox.call({"delete", "--force", sandbox.id()});
}

std::vector<Case> all() {
  std::vector<Case> cases;
  cases.reserve(2 * std::size(kDamages));  // cases register their address
  for (const Damage& damage : kDamages) {
    cases.emplace_back(std::string("records/") + damage.name + "-frees-no-running-container",
                       kClause, [&damage](Sandbox& sandbox) { damaged(sandbox, damage, true); });
    cases.emplace_back(std::string("records/") + damage.name + "-frees-no-created-container",
                       kClause, [&damage](Sandbox& sandbox) { damaged(sandbox, damage, false); });
  }
  return cases;
}
const std::vector<Case> kAll = all();

}  // namespace
}  // namespace oci::conformance
