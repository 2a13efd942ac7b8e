#include "runtime/sys/inherited.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace oci::sys {
namespace {

constinit uint32_t g_inherited = 0;
constinit mode_t g_umask = 0;

}  // namespace

void take_inherited_descriptors() {
  while (::fcntl(static_cast<int>(3 + g_inherited), F_GETFD) >= 0)
    ++g_inherited;
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

uint32_t inherited_descriptors() {
  return g_inherited;
}

void take_inherited_umask() {
  g_umask = ::umask(S_IRWXG | S_IRWXO);
  ::umask(g_umask & (S_IRWXG | S_IRWXO));
}

mode_t inherited_umask() {
  return g_umask;
}

}  // namespace oci::sys
