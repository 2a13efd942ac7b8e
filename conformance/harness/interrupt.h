// A signal that ends the harness: it first ends the cases, with their containers, and removes their
// files.
#pragma once

namespace oci::conformance {

// From now on SIGHUP, SIGINT and SIGTERM are only noted. A signal that is ignored stays so.
void note_interrupts();

// In a child: they end the process again.
void default_interrupts();

// The signal that was noted first, or 0.
int interrupted();

// Ends this process by the signal, so that its parent sees the reason.
[[noreturn]] void die_of(int signal);

}  // namespace oci::conformance
