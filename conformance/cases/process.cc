// process: user, working directory, environment, arguments, umask (config.md#process).
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

const Case kExitCode("process/run-exits-with-the-programs-code", "cli-contract 7",
                     [](Sandbox& sandbox) {
                       Bundle bundle = sandbox.bundle();
                       bundle.shell("exit 7");
                       expect_equal("exit code", sandbox.run(bundle).exit_code, 7);
                     });

const Case kFirst("process/is-pid-1-and-has-no-parent", "config-linux.md#namespaces",
                  [](Sandbox& sandbox) {
                    Bundle bundle = sandbox.bundle();
                    const Facts facts = sandbox.facts(bundle);
                    expect_equal("pid", facts.number("/pid"), 1);
                    expect_equal("parent", facts.number("/ppid"), 0);
                  });

}  // namespace
}  // namespace oci::conformance
