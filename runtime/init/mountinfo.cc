#include "runtime/init/mountinfo.h"

#include <linux/fcntl.h>
#include <linux/magic.h>

#include "runtime/init/text.h"
#include "runtime/wire/syscall.h"

namespace oci::init {

using wire::sys;
namespace {

constexpr long kEperm = -1, kE2big = -7;

// The kernel accepts options of this length for a mount, so a line can be as long.
char g_buffer[32 << 10];

char* end_of_word(char* at) {
  while (*at != ' ' && *at != '\0')
    ++at;
  return at;
}

// Cuts off the next word.
char* take_word(char*& at) {
  char* word = at;
  at = end_of_word(at);
  if (*at == ' ') *at++ = '\0';
  return word;
}

// Decodes " \040 \011 \012 \134" in place.
void unescape(char* text) {
  char* out = text;
  for (; *text != '\0'; ++text) {
    const bool escaped = text[0] == '\\' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0';
    if (!escaped) {
      *out++ = *text;
      continue;
    }
    *out++ = static_cast<char>(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0'));
    text += 3;
  }
  *out = '\0';
}

uint64_t take_number(char*& at) {
  uint64_t number = 0;
  for (const char* digit = take_word(at); *digit != '\0'; ++digit)
    number = number * 10 + static_cast<uint64_t>(*digit - '0');
  return number;
}

MountLine parse(char* at) {
  MountLine line;
  line.id = take_number(at);
  line.parent = take_number(at);
  (void)take_word(at);  // the device
  line.is_whole = equal(take_word(at), "/");
  char* path = take_word(at);
  unescape(path);
  line.path = path;
  (void)take_word(at);  // the options
  while (*at != '\0') {
    const char* word = take_word(at);
    if (equal(word, "-")) break;
    line.is_shared = line.is_shared || starts_with(word, "shared:");
    line.has_master = line.has_master || starts_with(word, "master:");
    line.is_unbindable = line.is_unbindable || equal(word, "unbindable");
  }
  const char* type = take_word(at);
  line.shows_kernel = equal(type, "proc") || equal(type, "sysfs");
  return line;
}

}  // namespace

MountLines::MountLines(int proc)
    : file_(sys(__NR_openat, proc, "self/mountinfo", O_RDONLY | O_CLOEXEC)) {
  if (file_.ok() && filesystem_of(file_.get()) != PROC_SUPER_MAGIC) file_.reset(kEperm);
}

long MountLines::next(MountLine& line) {
  char* text = nullptr;
  const long rc = file_.ok() ? next(&text) : file_.get();
  if (rc > 0) line = parse(text);
  return rc;
}

long MountLines::next(char** text) {
  for (;;) {
    for (size_t at = begin_; at < end_; ++at) {
      if (g_buffer[at] != '\n') continue;
      g_buffer[at] = '\0';
      *text = g_buffer + begin_;
      begin_ = at + 1;
      return 1;
    }
    if (const long rc = fill(); rc <= 0) return rc;
  }
}

long MountLines::fill() {
  __builtin_memmove(g_buffer, g_buffer + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ == sizeof g_buffer) return kE2big;
  const long got = sys(__NR_read, file_.get(), g_buffer + end_, sizeof g_buffer - end_);
  if (got > 0) end_ += static_cast<size_t>(got);
  return got;
}

}  // namespace oci::init
