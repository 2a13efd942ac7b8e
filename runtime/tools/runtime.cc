#include "runtime/tools/runtime.h"

#include <unistd.h>

#include <cerrno>

#include "runtime/sys/trace.h"

namespace oci::tools {
namespace {

std::span<const char* const> g_argv;

}  // namespace

void remember_caller(std::span<const char* const> argv) {
  g_argv = argv;
}

Error become_runtime(const std::vector<std::string>& words) {
  if (g_argv.empty() || g_argv.front()[0] != '/') {
    return Error(ErrorKind::kUsage, "oci-rt-tools: it is executed by oci-rt; use oci-rt");
  }
  std::vector<const char*> argv = {"oci-rt"};
  for (const char* const option : g_argv.subspan(1)) {
    if (option[0] != '-') break;
    argv.push_back(option);
  }
  for (const std::string& word : words)
    argv.push_back(word.c_str());
  argv.push_back(nullptr);
  sys::write_trace_before(g_argv.front());
  ::execve(g_argv.front(), const_cast<char* const*>(argv.data()), ::environ);
  return Error::system(errno, cat("execute '", g_argv.front(), "'"));
}

}  // namespace oci::tools
