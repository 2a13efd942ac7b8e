#include "conformance/harness/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace oci::conformance {
namespace {

constexpr int kSignals[] = {SIGHUP, SIGINT, SIGTERM};

volatile std::sig_atomic_t noted = 0;

void note(int signal) {
  if (noted == 0) noted = signal;
}

}  // namespace

void note_interrupts() {
  for (const int signal : kSignals) {
    struct sigaction now = {};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler == SIG_IGN) continue;
    struct sigaction noting = {};  // without SA_RESTART: a wait ends
    noting.sa_handler = note;
    ::sigaction(signal, &noting, nullptr);
  }
}

void default_interrupts() {
  for (const int signal : kSignals) {
    struct sigaction now = {};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler == note) std::signal(signal, SIG_DFL);
  }
}

int interrupted() {
  return noted;
}

void die_of(int signal) {
  std::fflush(nullptr);
  std::signal(signal, SIG_DFL);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace oci::conformance
