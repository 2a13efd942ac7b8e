// Each refusal has a control: a runtime that can run nothing at all also refuses every mistake.
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

void expect_named(const Mistake& mistake, const std::string& said, bool by_path) {
  if (by_path) {
    expect_contains("the message", said, mistake.path);
    return;
  }
  const std::string message = lower(said);
  const bool named = std::ranges::any_of(mistake.any_of, [&](const std::string& word) {
    return message.find(lower(word)) != message.npos;
  });
  expect(named || mistake.any_of.empty(),
         "the message '" + trimmed(said) + "' names none of " + shown(mistake.any_of));
}

}  // namespace

std::string expect_refusal(Sandbox& sandbox, Bundle& bundle, const Mistake& mistake,
                           const std::function<void(Bundle&)>& spoil) {
  const Outcome control = sandbox.run(bundle);
  expect(control.exit_code == 0,
         "the control exits " + std::to_string(control.exit_code) + ": " + trimmed(control.err));

  const Snapshot before = Snapshot::take();
  spoil(bundle);
  const Outcome refused = sandbox.try_create(bundle);
  if (refused.exit_code == 0) {
    sandbox.call({"start", sandbox.id()});
    sandbox.call({"delete", "--force", sandbox.id()});
    throw Failed(mistake.path + " is accepted");
  }
  expect(sandbox.said().empty(), "the program ran");
  expect(!trimmed(refused.err).empty(), "nothing is said about " + mistake.path);
  expect_named(mistake, refused.err, sandbox.runtime().json_paths);
  const std::vector<std::string> left = before.leaks(sandbox);
  expect(left.empty(), "after the refusal " + shown(left) + " is left");
  return trimmed(refused.err);
}

}  // namespace oci::conformance
