// A hook that is a shell script, as JSON, for the cases about hooks.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// What a script does with the state on its standard input. A runtime may fail with EPIPE where a
// hook ends without reading it: that is a case of its own, not everybody's trouble.
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
  const bool inside = script.kind == "startContainer";  // the only one that sees the image alone
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
