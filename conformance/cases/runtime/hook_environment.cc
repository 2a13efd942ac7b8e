// The environment of hooks: config.md#posix-platform-hooks, `env`. The text leaves open the
// environment of a hook without `env`. These cases expect that of runc and crun.
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Runs hooks of these kinds that copy their environment, and returns it with blanks for NUL.
class Environments {
 public:
  Environments(Sandbox& sandbox, const Words& kinds, const std::string& env)
      : sandbox_(sandbox), bundle_(sandbox.bundle()), kinds_(kinds) {
    make_dir(sandbox.path("log"));
    bundle_.mount("/log", "bind", sandbox.path("log"), {"bind"})
        .args({"/bin/busybox", "true"})
        .set_json("/process/env", R"(["PATH=/bin", "OF_THE_PROCESS=1", "HOME=/x"])");
    for (const std::string& kind : kinds) {
      const bool inside = kind == "startContainer";
      const std::string log = inside ? "/log/" : sandbox.path("log/");
      const std::string busybox = inside ? "/bin/busybox" : sandbox.parts().busybox;
      bundle_.add("/hooks/" + kind, R"({"path": ")" + busybox +
                                        R"(", "args": ["cp", "/proc/self/environ", ")" + log +
                                        kind + "\"]" + env + "}");
    }
    bundle_.write();
    Spawn spawn = sandbox.invocation({"run", "--bundle", bundle_.directory(), sandbox.id()});
    spawn.env = {"OF_THE_CALLER=1"};
    const Outcome ran = sandbox.call(spawn);
    expect_equal("exit code (" + ran.err + ")", ran.exit_code, 0);
  }

  void each(const std::function<void(const std::string& what, const std::string& seen)>& look) {
    for (const std::string& kind : kinds_) {
      std::string seen = " " + read_file(sandbox_.path("log/" + kind));
      for (char& letter : seen)
        if (letter == '\0') letter = ' ';
      look("the environment of the hook of " + kind, seen);
    }
  }

 private:
  Sandbox& sandbox_;
  Bundle bundle_;
  Words kinds_;
};

const Words kOutside = {"prestart", "createRuntime", "poststart", "poststop"};

void expect_callers(Sandbox& sandbox, const Words& kinds) {
  Environments(sandbox, kinds, "").each([](const std::string& what, const std::string& seen) {
    expect_contains(what, seen, " OF_THE_CALLER=1 ");
    expect_contains(what, seen, " PATH=");
    expect_lacks(what, seen, "OF_THE_PROCESS");
  });
}

void outside(Sandbox& sandbox) {
  expect_callers(sandbox, kOutside);
}
const Case kOutsideCase("hooks/without-env-the-hosts-have-that-of-the-runtime",
                        "config.md#posix-platform-hooks", outside);

void before_the_pivot(Sandbox& sandbox) {
  expect_callers(sandbox, {"createContainer"});
}
const Case kBeforeThePivot("hooks/without-env-create-container-has-that-of-the-runtime",
                           "config.md#posix-platform-hooks", before_the_pivot);

void inside(Sandbox& sandbox) {
  Environments(sandbox, {"startContainer"}, "")
      .each([](const std::string& what, const std::string& seen) {
        expect_equal(what, seen, " PATH=/bin OF_THE_PROCESS=1 HOME=/x ");
      });
}
const Case kInside("hooks/without-env-start-container-has-that-of-the-process",
                   "config.md#posix-platform-hooks", inside);

void empty(Sandbox& sandbox) {
  Words kinds = kOutside;
  kinds.insert(kinds.end(), {"createContainer", "startContainer"});
  Environments(sandbox, kinds, R"(, "env": [])")
      .each(
          [](const std::string& what, const std::string& seen) { expect_equal(what, seen, " "); });
}
const Case kEmpty("hooks/an-empty-env-is-empty", "config.md#posix-platform-hooks", empty);

}  // namespace
}  // namespace oci::conformance
