#include "runtime/init/made_log.h"

#include <linux/fcntl.h>
#include <sys/stat.h>

#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr int kMost = 256;
constexpr int kNameSize = 256;  // NAME_MAX and its end
constexpr long kEmfile = -24, kEnametoolong = -36;
constexpr int kFdupfdCloexec = 1030;  // F_DUPFD_CLOEXEC, which <linux/fcntl.h> counts from another

struct Entry {
  int parent;
  Make kind;
  char name[kNameSize];
};

// Takes no memory until the first entry.
constinit Entry g_entries[kMost] = {};
constinit int g_count = 0;
constinit bool g_kept = false;

// Processes in the container may have replaced it.
bool is_still_unused(const Entry& entry) {
  const Fd file(sys(__NR_openat, entry.parent, entry.name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  FileFacts facts;
  if (!file.ok() || look(file.get(), facts) < 0) return false;
  return facts.type == S_IFLNK || (facts.type == S_IFREG && facts.size == 0);
}

}  // namespace

void keep_made_log() {
  g_kept = true;
}

long note_making(int parent, const char* name, Make kind) {
  if (!g_kept) return 0;
  if (g_count == kMost) return kEmfile;
  if (length(name) >= kNameSize) return kEnametoolong;
  const long held = sys(__NR_fcntl, parent, kFdupfdCloexec, 3);
  if (held < 0) return held;
  Entry& entry = g_entries[g_count++];
  entry.parent = static_cast<int>(held);
  entry.kind = kind;
  append(entry.name, entry.name + kNameSize, name);
  return 0;
}

void note_not_made() {
  if (g_kept) sys(__NR_close, g_entries[--g_count].parent);
}

void remove_made() {
  while (g_count > 0) {
    const Entry& entry = g_entries[--g_count];
    if (entry.kind == Make::kDirectory) {
      sys(__NR_unlinkat, entry.parent, entry.name, AT_REMOVEDIR);
    } else if (is_still_unused(entry)) {
      sys(__NR_unlinkat, entry.parent, entry.name, 0);
    }
    sys(__NR_close, entry.parent);
  }
}

}  // namespace oci::init
