// Helper for cases about hooks: a shell script as a hook, in JSON.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Use of the state on standard input. A runtime may fail with EPIPE if a hook ends without reading
// it. Only one case tests that; the others drain it.
enum class Input { kDrained, kUsed };

struct Script {
  std::string kind;  // "prestart"
  std::string text;
  Words env;  // added to a PATH
  Input input = Input::kDrained;
  int timeout = 0;  // seconds; 0: none
};

inline std::string hook_json(const Sandbox& sandbox, const Script& script) {
  json::Document hook = parse_json("a hook", "{}");
  const bool inside = script.kind == "startContainer";  // runs in the container's root
  Words env = {"PATH=/bin:/usr/bin"};
  env.insert(env.end(), script.env.begin(), script.env.end());
  const std::string before = script.input == Input::kDrained ? "cat > /dev/null; " : "";
  place(hook, "/path") = make_value(hook, inside ? "/bin/busybox" : sandbox.parts().busybox);
  place(hook, "/args") = make_value(hook, Words{"sh", "-c", before + script.text});
  place(hook, "/env") = make_value(hook, env);
  if (script.timeout != 0) place(hook, "/timeout") = json::Value(script.timeout);
  return to_text(hook);
}

}  // namespace oci::conformance
