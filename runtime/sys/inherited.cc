#include "runtime/sys/inherited.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace oci::sys {
namespace {

// Never destroyed.
std::vector<int>* g_inherited = nullptr;
constinit mode_t g_umask = 0;

// Opens /dev/null on the free numbers. These descriptors stay in this process.
void fill_gaps(int end) {
  for (int number = 0; number < end;) {
    number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (number < 0) return;  // the next open fails as well, and reports it
    if (number > end) ::close(number);
  }
}

}  // namespace

void take_inherited_descriptors(int last, bool passed_on) {
  g_inherited = new std::vector<int>();
  int number = 3;
  for (; passed_on && ::fcntl(number, F_GETFD) >= 0; ++number)
    g_inherited->push_back(number);
  const int gap = number;
  while (++number <= last)
    if (::fcntl(number, F_GETFD) >= 0) g_inherited->push_back(number);
  if (!g_inherited->empty() && g_inherited->back() > gap) fill_gaps(g_inherited->back());
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

const std::vector<int>& inherited_descriptors() {
  return *g_inherited;
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry)
    all.emplace_back(*entry);
  return all;
}

void take_inherited_umask() {
  constexpr mode_t kUsual = S_IWGRP | S_IWOTH;  // one call will do
  g_umask = ::umask(kUsual);
  const mode_t wanted = g_umask & (S_IRWXG | S_IRWXO);
  if (wanted != kUsual) ::umask(wanted);
}

mode_t inherited_umask() {
  return g_umask;
}

}  // namespace oci::sys
